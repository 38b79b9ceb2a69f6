/* SPDX-License-Identifier: Apache-2.0 */
/* One question of a posted page, and what to say in French when it is refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "page.h"

#define NN "\u202f" /* before ; : ! ? and inside « » */
#define QUOTED "«" NN "%.*s" NN "»"
#define NOT_LIST \
 "Cette réponse ne fait pas partie de la liste" NN ": choisissez-en une autre."

/* "2 000", "12,5" */
static char *french_number(double x)
{
	char plain[64], text[128];
	size_t n = 0;
	snprintf(plain, sizeof(plain), "%.10g", fabs(x));
	size_t whole = strcspn(plain, ".");
	if (x < 0)
		text[n++] = '-';
	for (size_t i = 0; plain[i]; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0) {
			memcpy(text + n, NN, 3);
			n += 3;
		}
		text[n++] = plain[i] == '.' ? ',' : plain[i];
	}
	return x_strndup(text, n);
}

static char *message_number(const struct question *q)
{
	SCOPED(free_char) char *min = french_number(q->min);
	SCOPED(free_char) char *max = french_number(q->max);
	if (q->has_min && q->has_max)
		return x_printf("Indiquez un nombre entre %s et %s.", min, max);
	if (q->has_min)
		return x_printf("Indiquez un nombre d’au moins %s.", min);
	if (q->has_max)
		return x_printf("Indiquez un nombre d’au plus %s.", max);
	return x_strdup("Indiquez un nombre en chiffres, par exemple 12.");
}

static char *message_too_long(size_t most, size_t written)
{
	SCOPED(free_char) char *limit = french_number((double)most);
	SCOPED(free_char) char *count = french_number((double)written);
	return x_printf("Votre texte est un peu trop long" NN
			": %s caractères au plus, vous en avez écrit %s.",
		limit, count);
}

char *page_message_missing(const struct question *q)
{
	static const char *const by_input[] = {
		[INPUT_TEXT] = "Écrivez votre réponse pour continuer.",
		[INPUT_NUMBER] = "Indiquez un nombre pour continuer.",
		[INPUT_DATE] = "Indiquez une date pour continuer.",
		[INPUT_MONTH] = "Indiquez un mois pour continuer.",
		[INPUT_EMAIL] = "Indiquez votre adresse e-mail pour continuer.",
		[INPUT_TEL] = "Indiquez votre numéro de téléphone pour continuer.",
	};
	switch (q->type) {
	case QUESTION_TEXT:
		if (q->role == ROLE_LOCALITY)
			return x_strdup(
				"Indiquez la commune pour continuer, ou choisissez «" NN
				"Hors Occitanie" NN "».");
		return x_strdup(by_input[q->input]);
	case QUESTION_COMMENT:
		return x_strdup(by_input[INPUT_TEXT]);
	case QUESTION_CHECKBOX:
		return x_strdup("Cochez au moins une réponse pour continuer.");
	case QUESTION_MATRIX:
		return x_strdup("Répondez à une ligne au moins pour continuer.");
	case QUESTION_RADIOGROUP:
	case QUESTION_DROPDOWN:
	case QUESTION_BOOLEAN:
	case QUESTION_RATING:
	case QUESTION_HTML:
	case QUESTION_CALCULATED:
		break;
	}
	return x_strdup("Choisissez une réponse pour continuer.");
}

static json_t *refuse(struct page_reader *r, struct str typed, char *message)
{
	page_keep_typed(r, "", typed);
	page_problem(r, NULL, message);
	return NULL;
}

static json_t *read_number(struct page_reader *r, struct str s)
{
	double x = 0;
	if (!rule_parse_number(s, &x) || !rule_number_fits(r->q, x))
		return refuse(r, s,
			r->q->type == QUESTION_RATING ? x_strdup(NOT_LIST)
						      : message_number(r->q));
	return rule_number(x);
}

/* "22/11/2026" becomes "2026-11-22", "11/2026" becomes "2026-11": browsers without a date field let
 * people write as they do. Anything else is returned as it is. */
static char *iso_date(struct str s)
{
	struct str rest = s, part[3] = {0};
	uint64_t number[3] = {0};
	size_t n = 0;
	while (n < 3 && str_cut(&rest, '/', &part[n])) {
		if (part[n].n > 4 || !str_parse_u64(part[n], &number[n]))
			return str_dup(s);
		n++;
	}
	if (n == 3 && part[2].n == 4 && !rest.p && number[0] <= 31 && number[1] <= 12)
		return x_printf("%04u-%02u-%02u", (unsigned)number[2],
			(unsigned)number[1], (unsigned)number[0]);
	if (n == 2 && part[1].n == 4 && number[0] <= 12)
		return x_printf("%04u-%02u", (unsigned)number[1], (unsigned)number[0]);
	return str_dup(s);
}

static json_t *read_date(struct page_reader *r, struct str s)
{
	bool month = r->q->input == INPUT_MONTH;
	SCOPED(free_char) char *iso = iso_date(s);
	if (month ? rule_is_month(str_of(iso)) : rule_is_date(str_of(iso)))
		return json_string(iso);
	return refuse(r, s,
		x_strdup(month ? "Indiquez un mois, par exemple 11/2026."
			       : "Indiquez une date, par exemple 22/11/2026."));
}

json_t *page_read_text(struct page_reader *r)
{
	const struct question *q = r->q;
	SCOPED(free_char) char *text = rule_clean(page_field(r, ""), rule_has_lines(q));
	struct str s = str_of(text);
	if (s.n == 0)
		return NULL;
	if (q->type == QUESTION_RATING || q->input == INPUT_NUMBER)
		return read_number(r, s);
	if (q->input == INPUT_DATE || q->input == INPUT_MONTH)
		return read_date(r, s);
	size_t count = str_count_chars(s);
	if (count > q->max_length)
		return refuse(r, s, message_too_long(q->max_length, count));
	if (q->input == INPUT_EMAIL && !rule_is_email(s))
		return refuse(r, s,
			x_strdup("Vérifiez cette adresse e-mail" NN
				 ": elle s’écrit comme prenom.nom@exemple.fr."));
	if (q->input == INPUT_TEL && !rule_is_tel(s))
		return refuse(r, s,
			x_strdup(
				"Vérifiez ce numéro de téléphone" NN
				": il s’écrit comme 06\u00a012\u00a034\u00a056\u00a078."));
	return json_stringn(s.p, s.n);
}

/* A number that is the postcode of one commune and the INSEE code of another is a postcode to whoever types it, and
 * a code to a program: it is asked back. */
static size_t search_locality(
	struct str s, const struct commune **list, size_t max, bool *ret_exact)
{
	size_t n = commune_search(s, list, max, ret_exact);
	const struct commune *coded = commune_find(s);
	if (!coded)
		return n;
	for (size_t i = 0; i < n; i++)
		if (list[i] == coded)
			return n;
	*ret_exact = true;
	list[n < max ? n : max - 1] = coded;
	return n < max ? n + 1 : max;
}

static bool starts_with_digit(struct str s)
{
	return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9';
}

static json_t *ask_locality(struct page_reader *r, struct str s,
	const struct commune **list, size_t n, bool exact)
{
	const char *message =
		"Nous n’avons pas trouvé exactement cette commune en Occitanie" NN
		": est-ce l’une de celles-ci" NN
		"? Si elle se trouve ailleurs, choisissez «" NN "Hors Occitanie" NN "».";
	if (n == 0)
		message =
			"Nous ne trouvons pas cette commune en Occitanie. Vérifiez son nom ou "
			"essayez son code postal" NN
			"; si elle se trouve ailleurs, choisissez «" NN
			"Hors Occitanie" NN "».";
	else if (exact && starts_with_digit(s))
		message = "Plusieurs communes ont ce code" NN
			  ": choisissez la vôtre, ou écrivez son nom.";
	else if (exact)
		message = "Plusieurs communes portent ce nom" NN ": choisissez la vôtre.";
	page_keep_typed(r, "", s);
	struct problem *p = page_problem(r, NULL, x_strdup(message));
	for (size_t i = 0; i < n; i++)
		p->suggestions[i] = list[i];
	p->suggestion_count = n;
	return NULL;
}

json_t *page_read_locality(struct page_reader *r)
{
	const struct commune *list[COUNT_OF(((struct problem *)0)->suggestions)];
	bool exact = false;
	struct str outside = page_field(r, ".hors"), pick = page_field(r, ".choix");
	SCOPED(free_char) char *text = rule_clean(page_field(r, ""), false);
	struct str s = str_of(text);
	if (pick.n > 0 && place_is_code(pick))
		return json_stringn(pick.p, pick.n);
	if (outside.n > 0) {
		const struct department *d = department_find(outside);
		if (d && !d->occitanie)
			return json_sprintf("dep:%s", d->code);
		page_keep_typed(r, ".hors", outside);
		return refuse(r, s,
			x_strdup(
				"Choisissez un département de la liste, ou écrivez le nom de la "
				"commune si elle se trouve en Occitanie."));
	}
	if (s.n == 0)
		return NULL;
	if (str_starts(s, STR("dep:")) && place_is_code(s))
		return json_stringn(s.p, s.n);
	size_t n = search_locality(s, list, COUNT_OF(list), &exact);
	if (n == 1 && exact)
		return json_string(list[0]->code);
	return ask_locality(r, s, list, n, exact);
}

/* "Autre (précisez)" is called "Autre". */
static struct str other_name(const struct question *q)
{
	const char *end = strstr(q->other_text, " (");
	return end ? (struct str){q->other_text, (size_t)(end - q->other_text)}
		   : str_of(q->other_text);
}

/* The text beside "other": into the answers, or a problem. */
static bool read_comment(struct page_reader *r, struct str text)
{
	char key[COMMENT_KEY_BYTES];
	size_t count = str_count_chars(text);
	struct str name = other_name(r->q);
	if (count > 0 && count <= OTHER_LENGTH) {
		json_object_set_new(r->answers, rule_comment_key(r->q, key),
			json_stringn(text.p, text.n));
		return true;
	}
	page_keep_typed(r, "-Comment", text);
	page_problem(r, NULL,
		count == 0 ? x_printf("Précisez votre réponse " QUOTED ".", (int)name.n,
				     name.p)
			   : message_too_long(OTHER_LENGTH, count));
	return false;
}

json_t *page_read_choice(struct page_reader *r)
{
	const struct question *q = r->q;
	struct str code = page_field(r, "");
	SCOPED(free_char) char *comment = rule_clean(page_field(r, "-Comment"), false);
	/* Whoever writes beside "other" without choosing anything means it. */
	if (code.n == 0 && q->has_other && comment[0])
		code = STR("other");
	if (code.n == 0)
		return NULL;
	if (!rule_code_fits(q, code))
		return refuse(r, code, x_strdup(NOT_LIST));
	if (q->has_other && str_eq_z(code, "other") &&
		!read_comment(r, str_of(comment))) {
		page_keep_typed(r, "", code);
		return NULL;
	}
	return json_stringn(code.p, code.n);
}

static bool is_ticked(const struct page_reader *r, const char *code)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (str_eq_z(r->fields[i].name, r->q->name) &&
			str_eq_z(str_trim(r->fields[i].value), code))
			return true;
	return false;
}

/* Is there a posted code that is not in the list? The empty value of a hidden field is none. */
static bool has_unknown(const struct page_reader *r)
{
	for (size_t i = 0; i < r->field_count; i++) {
		struct str value = str_trim(r->fields[i].value);
		if (str_eq_z(r->fields[i].name, r->q->name) && value.n > 0 &&
			!rule_code_fits(r->q, value))
			return true;
	}
	return false;
}

json_t *page_read_boxes(struct page_reader *r)
{
	const struct question *q = r->q;
	const struct choice *exclusive = NULL;
	json_t *ticked = json_array();
	SCOPED(free_char) char *comment = rule_clean(page_field(r, "-Comment"), false);
	for (size_t i = 0; i < q->choice_count; i++) {
		if (!is_ticked(r, q->choices[i].code))
			continue;
		json_array_append_new(ticked, json_string(q->choices[i].code));
		if (q->choices[i].exclusive && !exclusive)
			exclusive = &q->choices[i];
	}
	bool nothing = json_array_size(ticked) == 0;
	bool other = q->has_other && (is_ticked(r, "other") || (nothing && comment[0]));
	if (other)
		json_array_append_new(ticked, json_string("other"));
	bool unknown = has_unknown(r);
	if (unknown)
		page_problem(r, NULL, x_strdup(NOT_LIST));
	else if (exclusive && json_array_size(ticked) > 1)
		page_problem(r, NULL,
			x_printf("Vous avez coché " QUOTED " avec d’autres réponses" NN
				 ": gardez l’un ou les autres.",
				(int)strlen(exclusive->text), exclusive->text));
	if (other && r->refused)
		page_keep_typed(r, "-Comment", str_of(comment));
	else if (other)
		read_comment(r, str_of(comment));
	/* No code is written so: it stands for what was not in the list. */
	if (unknown)
		json_array_append_new(ticked, json_string("?"));
	if (r->refused)
		json_object_set_new(r->typed, q->name, ticked);
	else if (json_array_size(ticked) > 0)
		return ticked;
	else
		json_decref(ticked);
	return NULL;
}

json_t *page_read_boolean(struct page_reader *r)
{
	struct str code = page_field(r, "");
	if (code.n == 0)
		return NULL;
	if (!question_find_choice(r->q, code))
		return refuse(r, code, x_strdup(NOT_LIST));
	return json_boolean(str_eq_z(code, "true"));
}

json_t *page_read_matrix(struct page_reader *r, bool check_required)
{
	const struct question *q = r->q;
	json_t *answer = json_object(), *typed = json_object();
	for (size_t i = 0; i < q->row_count; i++) {
		SCOPED(free_char) char *suffix = x_printf(".%s", q->rows[i].code);
		struct str code = page_field(r, suffix);
		if (code.n == 0)
			continue;
		json_object_set_new(typed, q->rows[i].code, json_stringn(code.p, code.n));
		if (question_find_choice(q, code))
			json_object_set_new(
				answer, q->rows[i].code, json_stringn(code.p, code.n));
		else
			page_problem(r, q->rows[i].code, x_strdup(NOT_LIST));
	}
	bool forged = r->refused;
	for (size_t i = 0; i < q->row_count && q->required && q->each_row_required; i++)
		if (check_required && !json_object_get(typed, q->rows[i].code))
			page_problem(r, q->rows[i].code,
				x_strdup("Choisissez une réponse pour cette ligne."));
	if (forged)
		json_object_set(r->typed, q->name, typed);
	json_decref(typed);
	if (!forged && json_object_size(answer) > 0)
		return answer;
	json_decref(answer);
	return NULL;
}
