/* SPDX-License-Identifier: Apache-2.0 */
/* staff_mailing_words.c - mailings, and what cannot be done with them, in the words of the people who conduct a survey. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/mail/reason.h"
#include "staff_mail.h"

struct word {
	const char *code, *text;
};

static const char *word_of(const struct word *words, size_t count, struct str code)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(code, words[i].code))
			return words[i].text;
	return NULL;
}

/* ---- whom a mailing is for ---- */

/* Parts of a text parted by line feeds: « 31, 32 et 09 ». */
static void words_list(struct buf *out, struct str lines, const char *before,
	const char *after, const char *last)
{
	struct str rest = lines, item;
	bool first = true;

	while (str_cut(&rest, '\n', &item)) {
		buf_printf(out, "%s%s%.*s%s",
			first             ? ""
				: !rest.p ? last
					  : ", ",
			before, (int)item.n, item.p, after);
		first = false;
	}
}

static bool is_one(struct str lines)
{
	return !memchr(lines.p, '\n', lines.n);
}

static const char *received_words(struct str received)
{
	static const struct word words[] = {
		{"nothing", " à qui rien n’a encore été envoyé"},
		{"invitation", " qui ont reçu l’invitation"},
		{"relance1", " qui ont reçu la relance\u00a01"},
		{"relance2", " qui ont reçu la relance\u00a02"},
		{"relance3", " qui ont reçu la relance\u00a03"}};
	const char *text = word_of(words, COUNT_OF(words), received);

	return text ? text : "";
}

char *mailing_population(const struct staff_step *step, struct str audience,
	struct str departments, struct str types, struct str received)
{
	struct buf text = BUF_LIMIT(1 << 16);

	buf_puts(&text, audience.n ? staff_label(step, audience) : "Tous les contacts");
	if (departments.n) {
		buf_puts(&text,
			is_one(departments) ? " du département " : " des départements ");
		words_list(&text, departments, "", "", " et ");
	}
	if (types.n) {
		buf_puts(&text, " de type ");
		words_list(&text, types, "«" NNBSP, NNBSP "»", " ou ");
	}
	buf_puts(&text, received_words(received));
	return buf_take(&text);
}

const char *mailing_name(const struct db_rows *rows, size_t row)
{
	struct str kind = db_str(rows, row, "kind"), title = db_str(rows, row, "title");

	if (!str_eq_z(kind, "targeted"))
		return staff_kind_label(kind);
	return title.n ? title.p : "Envoi ciblé";
}

/* ---- why, and why not ---- */

const char *mailing_refusal(struct str outcome)
{
	static const struct word words[] = {
		{"edition",
			"L’édition ne le permet pas : elle n’est pas ouverte, ou elle est déjà close."},
		{"state",
			"Cet envoi n’est pas dans un état qui le permet : il a commencé, il est terminé ou il a été annulé."},
		{"paused", "Cet envoi est en pause : reprenez-le d’abord."},
		{"date",
			"La date ne convient pas : elle doit être entre l’ouverture et la clôture de l’édition, et la date limite venir après."},
		{"audience", "Ce public n’est pas de cette édition."},
		{"limit",
			"Cette édition a déjà cent envois ciblés : annulez-en un d’abord."},
		{"unknown",
			"Ces lignes n’attendent plus de décision, ou l’édition n’est plus ouverte."},
	};
	const char *text = word_of(words, COUNT_OF(words), outcome);

	return text ? text : "Cela n’a pas pu se faire.";
}

/* ---- the journal ---- */

static bool is_kind(struct str word)
{
	return str_eq_z(word, "invitation") || str_eq_z(word, "targeted") ||
		str_starts(word, STR("relance"));
}

/* "e2026 relance1 patients 1a2b3c4d 5", see mailing_journal. */
static char *of_mailing(struct str action, struct str detail)
{
	struct buf text = BUF_LIMIT(1000);
	struct str rest = detail, part, edition = {NULL, 0};
	uint64_t n;

	if (!str_cut(&rest, ' ', &edition))
		return x_strdup("");
	buf_printf(&text, "%.*s", (int)edition.n, edition.p);
	while (str_cut(&rest, ' ', &part)) {
		bool last = !rest.p;

		if (is_kind(part))
			buf_printf(&text, ", %s",
				str_eq_z(part, "targeted") ? "envoi ciblé"
							   : staff_kind_label(part));
		else if (last && str_parse_u64(part, &n) && part.n < 8)
			buf_printf(&text, ", %.*s %s", (int)part.n, part.p,
				str_eq_z(action, "mailing.cancel")
					? n > 1 ? "messages écartés" : "message écarté"
					: n > 1 ? "lignes"
						: "ligne");
		else
			buf_printf(&text, ", %.*s", (int)part.n, part.p);
	}
	return buf_take(&text);
}

/* "e2026 550 5.1.1" */
static char *of_bounce(struct str detail)
{
	struct str rest = detail, edition = {NULL, 0};
	SCOPED(free_char) char *words = NULL;

	if (!str_cut(&rest, ' ', &edition) || !rest.p)
		return str_dup(detail);
	words = refusal_words(rest);
	return x_printf("%.*s, %s", (int)edition.n, edition.p, words);
}

/* "contacts 2" */
static char *of_objection(struct str detail)
{
	struct str rest = detail, word;
	uint64_t n;

	if (!str_cut(&rest, ' ', &word) || !rest.p || !str_parse_u64(rest, &n))
		return str_dup(detail);
	return staff_plural((int64_t)n, "contact", "contacts");
}

char *mail_journal_words(struct str action, struct str detail)
{
	if (str_starts(action, STR("mailing.")) || str_starts(action, STR("delivery.")) ||
		str_starts(action, STR("letter.")))
		return of_mailing(action, detail);
	if (str_eq_z(action, "contact_lift"))
		return of_bounce(detail);
	if (str_eq_z(action, "contact_object"))
		return of_objection(detail);
	if (str_eq_z(action, "mail.release"))
		return x_strdup(str_eq_z(detail, "restored")
				? "retenus depuis une sauvegarde restaurée"
				: "retenus à la demande de l’équipe");
	return str_dup(detail);
}
