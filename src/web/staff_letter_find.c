/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_letter_find.c - one letter of an edition: which one, as it is kept, and what is read while there is none.
 *
 *   edition (or mailing → edition) → labels of its audiences → letters → ready
 */
#include <stdio.h>

#include "barometre/mail/letter.h"
#include "barometre/mail/letter_check.h"
#include "sql_catalog.h"
#include "staff_letter.h"

static void no_letter(struct staff_step *step)
{
	staff_message(step, 404, "/letters", "Lettre inconnue",
		"Il n’y a pas de lettre à cette adresse.", "/letters",
		"Voir les lettres");
}

char *letter_address(const struct staff_step *step, const char *path, const char *more)
{
	const struct letter_page *page = step->own;

	if (page->of_mailing)
		return x_printf("/letters/%s%s?mailing=%s%s", page->kind, path,
			page->mailing_id, more);
	return x_printf("/letters/%s%s?edition=%s%s%s%s", page->kind, path,
		step->edition.code, page->audience ? "&audience=" : "",
		page->audience ? page->audience : "", more);
}

/* ---- the letters ---- */

static const char *keep(const struct staff_step *step, struct str text)
{
	return exchange_strdup(step->exchange, text);
}

/* Of a row: the letter itself, or the one for all, which is read where there is no other. */
static void take_row(struct staff_step *step, const struct db_rows *rows, size_t i)
{
	struct letter_page *page = step->own;
	bool for_all = db_is_null(rows, i, "audience");
	struct str source = db_str(rows, i, "source");

	if (page->of_mailing || (page->audience && for_all)) {
		if (!page->base_is_own)
			page->base = keep(step, source);
		page->base_is_own = true;
		return;
	}
	page->saved = keep(step, source);
	page->saved_by = keep(step, db_str(rows, i, "saved_by"));
	page->saved_at = db_usec(rows, i, "saved_at");
	page->seen = keep(step, db_str(rows, i, "saved_at"));
}

/* What an editor begins with: for one audience its own words only. */
static const char *first_text(const struct staff_step *step)
{
	const struct letter_page *page = step->own;
	struct buf out = BUF_LIMIT(1 << 20);
	const char *text;

	if (page->saved)
		return page->saved;
	if (!page->audience)
		return page->base;
	letter_for_audience(&out, str_of(page->base), str_of(page->audience));
	text = keep(step, buf_str(&out));
	buf_release(&out);
	return text;
}

static void letters_found(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct letter_page *page = step->own;

	if (staff_is_down(step, err))
		return;
	page->base = letter_program_text(page->kind).p;
	for (size_t i = 0; i < db_count(rows); i++)
		take_row(step, rows, i);
	page->text = first_text(step);
	page->ready(step);
}

static const struct edition *edition_of(const struct staff_step *step)
{
	const struct editions *all = step->site->options.editions;

	return all ? editions_find(all, str_of(step->edition.code)) : NULL;
}

static void labels_loaded(struct staff_step *step)
{
	struct letter_page *page = step->own;
	struct db_params params = {0};

	page->edition = edition_of(step);
	if (!page->edition) {
		/* Made a moment ago: this process starts again to know it. */
		staff_message(step, 503, "/letters", "Un instant",
			"Cette édition vient d’être créée ou changée. Rechargez la page.",
			"/letters", "Voir les lettres");
		return;
	}
	if (page->audience &&
		!edition_audience_find(page->edition, str_of(page->audience))) {
		no_letter(step);
		return;
	}
	db_text_z(&params, step->edition.code);
	db_text_z(&params, page->kind);
	db_text_z(&params, page->audience);
	staff_ask(step, &SQL_LETTER_FIND, &params, letters_found);
}

/* ---- by edition and audience ---- */

static const char *kind_of(struct str name)
{
	const char *kind = NULL;

	for (size_t i = 0; (kind = letter_kind(i)) != NULL; i++)
		if (str_eq_z(name, kind))
			return kind;
	return NULL;
}

static struct letter_page *new_page(struct staff_step *step)
{
	struct letter_page *page = exchange_alloc(step->exchange, sizeof(*page));

	*page = (struct letter_page){.kind = kind_of(step->parts[0]),
		.seen = "",
		.status = 200,
		.ready = step->then};
	step->own = page;
	return page;
}

static void edition_chosen(struct staff_step *step)
{
	struct letter_page *page = new_page(step);
	struct str audience = staff_query(step->exchange, "audience");

	if (audience.p && audience.n > 0)
		page->audience = audience.p;
	staff_load_labels(step, labels_loaded);
}

/* ---- by mailing ---- */

static void mailing_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct letter_page *page = step->own;

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		no_letter(step);
		return;
	}
	page->mailing_title = keep(step, db_str(rows, 0, "title"));
	page->seen = keep(step, db_str(rows, 0, "seen"));
	if (!db_is_null(rows, 0, "audience"))
		page->audience = keep(step, db_str(rows, 0, "audience"));
	if (!db_is_null(rows, 0, "source"))
		page->saved = keep(step, db_str(rows, 0, "source"));
	staff_load_labels(step, labels_loaded);
}

static void edition_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct letter_page *page = step->own;
	struct db_params params = {0};

	if (staff_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		no_letter(step);
		return;
	}
	staff_edition_from_row(&step->edition, rows, 0);
	db_uuid(&params, &page->mailing);
	staff_ask(step, &SQL_LETTER_FIND_MAILING, &params, mailing_read);
}

static void find_mailing(struct staff_step *step, struct str id)
{
	struct letter_page *page = new_page(step);
	struct db_params params = {0};

	if (!uuid_parse(id, &page->mailing) || strcmp(page->kind, "targeted") != 0) {
		no_letter(step);
		return;
	}
	page->of_mailing = true;
	uuid_write(page->mailing_id, &page->mailing);
	db_uuid(&params, &page->mailing);
	staff_ask(step, &SQL_STAFF_MAILING_EDITION, &params, edition_read);
}

void letter_find(struct staff_step *step, staff_fn *ready)
{
	struct str mailing = staff_query(step->exchange, "mailing");

	if (!kind_of(step->parts[0])) {
		no_letter(step);
		return;
	}
	step->then = ready;
	if (mailing.p)
		find_mailing(step, mailing);
	else
		staff_choose(step, "/letters", edition_chosen);
}
