/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_letter_save.c - a letter is saved, given up for the program's, or sent to oneself.
 *
 *   POST /letters/<kind>?edition=&audience=      action=preview: shown; action=save: checked, kept → 303; else 422, 409
 *   POST /letters/<kind>/reset                   back to the edition's for all, or the program's → 303
 *   POST /letters/<kind>/test                    the address is sealed at once; the mailer sends → 303; else 422, 429
 */
#include "barometre/mail/address.h"
#include "barometre/mail/letter.h"
#include "barometre/mail/letter_check.h"
#include "barometre/mail/outbox.h"
#include "sql_catalog.h"
#include "staff_letter.h"

static void done(struct staff_step *step, const char *what)
{
	const struct letter_page *page = step->own;
	SCOPED(free_char)
	char *more = x_printf("&done=%s%s%s", what,
		page->reader && !page->audience ? "&reader=" : "",
		page->reader && !page->audience ? page->reader : "");
	SCOPED(free_char) char *href = letter_address(step, "", more);

	exchange_redirect(step->exchange, href);
}

/* Why nothing was done: the page again, with what was typed. */
static void refuse(struct staff_step *step, int status, const char *problem)
{
	struct letter_page *page = step->own;

	page->status = status;
	page->problem = problem;
	letter_show(step);
}

static void answer(struct staff_step *step, const struct db_rows *rows, const char *what)
{
	struct str outcome = db_str(rows, 0, "outcome");

	if (str_eq_z(outcome, "done"))
		done(step, what);
	else if (str_eq_z(outcome, "changed"))
		refuse(step, 409,
			"Quelqu’un a enregistré cette lettre pendant que vous l’écriviez" NNBSP
			": rien n’a été remplacé. Gardez une copie de votre texte, ouvrez de nouveau la lettre, puis reportez-y vos changements.");
	else if (str_eq_z(outcome, "state"))
		refuse(step, 409,
			"Il n’y a plus rien à envoyer avec cette lettre" NNBSP
			": l’édition est close, ou l’envoi terminé. Rien n’a été changé.");
	else
		refuse(step, 409,
			"Il n’y avait rien à changer" NNBSP
			": la lettre n’a déjà plus de texte à elle.");
}

/* ---- save and preview ---- */

static void saved(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (!staff_is_down(step, err))
		answer(step, rows, "saved");
}

/* When what was edited, or shown, had been saved: of the form, for whoever comes second. (Of a mailing's own letter "seen" is a hash.) */
static void add_seen(struct db_params *params, const struct staff_step *step)
{
	uint64_t at = 0;

	if (str_parse_u64(staff_field(step, "seen"), &at) && at < INT64_MAX)
		db_i64(params, (int64_t)at);
	else
		db_null(params);
}

static void save_of_mailing(struct staff_step *step, const char *text)
{
	const struct letter_page *page = step->own;
	struct db_params params = {0};

	db_uuid(&params, &page->mailing);
	db_text_z(&params, text);
	db_text(&params, staff_field(step, "seen"));
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_LETTER_MAILING_SAVE, &params, saved);
}

static void save(struct staff_step *step)
{
	const struct letter_page *page = step->own;
	struct db_params params = {0};

	if (page->of_mailing) {
		save_of_mailing(step, page->text);
		return;
	}
	db_text_z(&params, step->edition.code);
	db_text_z(&params, page->kind);
	db_text_z(&params, page->audience);
	db_text_z(&params, page->text);
	add_seen(&params, step);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_LETTER_SAVE, &params, saved);
}

/* What was typed, as it would be kept; the time of what it was made of stays that of the form. */
static void take_text(struct staff_step *step)
{
	struct letter_page *page = step->own;
	struct str typed = staff_field(step, "text");
	struct buf tidy = BUF_LIMIT(2 * typed.n + 16);

	letter_tidy(&tidy, typed);
	page->text = exchange_strdup(step->exchange, buf_str(&tidy));
	page->seen = exchange_strdup(step->exchange, staff_field(step, "seen"));
	buf_release(&tidy);
}

static void found_to_save(struct staff_step *step)
{
	json_t *findings = NULL;
	bool fine;

	take_text(step);
	fine = letter_is_fine(step, &findings);
	json_decref(findings);
	if (str_eq_z(staff_field(step, "action"), "preview"))
		letter_show(step);
	else if (fine)
		save(step);
	else
		refuse(step, 422,
			"La lettre n’est pas enregistrée" NNBSP
			": corrigez ce qui est dit ci-dessous, ligne par ligne. Votre texte est gardé sur cette page.");
}

static void find_to_save(struct staff_step *step)
{
	letter_find(step, found_to_save);
}

void staff_post_letter(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, find_to_save);
}

/* ---- back to the program's ---- */

static void was_reset(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	if (staff_is_down(step, err))
		return;
	/* The page has what is kept now, so that the next click is about that. */
	if (str_eq_z(db_str(rows, 0, "outcome"), "changed"))
		refuse(step, 409,
			"Quelqu’un a enregistré cette lettre depuis que vous l’avez ouverte" NNBSP
			": elle n’a pas été retirée. Son texte d’aujourd’hui est ci-dessous" NNBSP
			"; relisez-le avant de le retirer.");
	else
		answer(step, rows, "reset");
}

static void found_to_reset(struct staff_step *step)
{
	const struct letter_page *page = step->own;
	struct db_params params = {0};

	if (page->of_mailing) {
		db_uuid(&params, &page->mailing);
		db_null(&params);
		db_text(&params, staff_field(step, "seen"));
		db_text_z(&params, step->login);
		staff_ask(step, &SQL_LETTER_MAILING_SAVE, &params, was_reset);
		return;
	}
	db_text_z(&params, step->edition.code);
	db_text_z(&params, page->kind);
	db_text_z(&params, page->audience);
	add_seen(&params, step);
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_LETTER_DROP, &params, was_reset);
}

static void find_to_reset(struct staff_step *step)
{
	letter_find(step, found_to_reset);
}

void staff_post_letter_reset(
	void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, find_to_reset);
}

/* ---- to oneself ---- */

static void test_added(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct letter_page *page = step->own;

	if (staff_is_down(step, err))
		return;
	if (!str_eq_z(db_str(rows, 0, "outcome"), "often")) {
		answer(step, rows, "test");
		return;
	}
	page->status = 429;
	page->address = exchange_strdup(
		step->exchange, str_trim(staff_field(step, "address")));
	page->address_problem = "Vous avez demandé cinq essais en une heure" NNBSP
				": attendez un peu avant le prochain.";
	exchange_header(step->exchange, "Retry-After", "3600");
	letter_show(step);
}

static void refuse_address(struct staff_step *step, struct str typed, const char *why)
{
	struct letter_page *page = step->own;

	page->status = 422;
	page->address = exchange_strdup(step->exchange, typed);
	page->address_problem = why;
	letter_show(step);
}

static void add_test(struct staff_step *step, const struct buf *box)
{
	const struct letter_page *page = step->own;
	struct id16 id = random_uuid();
	struct db_params params = {0};

	db_uuid(&params, &id);
	db_text_z(&params, step->edition.code);
	db_text_z(&params, page->kind);
	db_text_z(&params, page->reader);
	if (page->of_mailing)
		db_uuid(&params, &page->mailing);
	else
		db_null(&params);
	db_bytes(&params, box->p, box->n);
	db_time(&params, step->site->options.now());
	db_text_z(&params, step->login);
	staff_ask(step, &SQL_LETTER_TEST_ADD, &params, test_added);
}

/* The address leaves this function in a box only. */
static void found_to_test(struct staff_step *step)
{
	struct letter_page *page = step->own;
	const struct public_key *key = step->site->options.address_public;
	const struct edition_audience *reader = edition_audience_find(
		page->edition, staff_field(step, "reader"));
	struct str typed = str_trim(staff_field(step, "address"));
	struct buf send = BUF_LIMIT(ADDRESS_MAX + 1),
		   compare = BUF_LIMIT(ADDRESS_MAX + 1);
	struct buf box = BUF_LIMIT(1 << 14);
	struct err err = {0};

	page->reader = page->audience ? page->audience
		: reader              ? reader->audience
				      : page->edition->audiences[0].audience;
	if (!key)
		refuse(step, 503,
			"L’essai ne peut pas être envoyé" NNBSP
			": ce service n’a pas la clé des adresses. Prévenez la personne qui l’exploite.");
	else if (!address_normalise(typed, &send, &compare, &err) ||
		!address_box_seal(&box, key, buf_str(&send).p, "", &err))
		refuse_address(step, typed,
			"Ce n’est pas une adresse de courriel où l’on peut écrire" NNBSP
			": elle s’écrit comme «" NNBSP "prenom@organisme.fr" NNBSP "».");
	else
		add_test(step, &box);
	buf_wipe(&send);
	buf_wipe(&compare);
	buf_release(&box);
}

static void find_to_test(struct staff_step *step)
{
	letter_find(step, found_to_test);
}

void staff_post_letter_test(
	void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_ADMIN, find_to_test);
}
