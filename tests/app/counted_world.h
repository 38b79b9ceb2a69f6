/* SPDX-License-Identifier: Apache-2.0 */
/* counted_world.h - an edition that is counted without a count, and lines for its releases. */
#ifndef TESTS_APP_COUNTED_WORLD_H
#define TESTS_APP_COUNTED_WORLD_H

#include "barometre/app/publish.h"
#include "barometre/store/release_store.h"
#include "command_world.h"

/* Edition 2026, counted; its one audience, patients, answered this form. */
static inline void make_counted(const char *form_text)
{
	static const struct sql sql = {
		"test", "INSERT INTO barometre.form VALUES ($1, 'patients', $2)"};
	struct db_params params = {0};
	struct form *form = form_parse(str_of(form_text), "form.json", NULL);

	assert_non_null(form);
	make_edition("2026", "open");
	db_text_z(&params, form->hash);
	db_text_z(&params, form_text);
	ok(db_run(world.owner, &sql, &params, NULL, err));
	SCOPED(free_char)
	char *update = x_printf(
		"DELETE FROM barometre.edition_audience WHERE audience <> 'patients';"
		"UPDATE barometre.edition_audience SET form = '%s';"
		"UPDATE barometre.edition SET state = 'counted', min_base = 11, min_cell = 5",
		form->hash);
	form_free(form);
	run(world.owner, update);
}

/* Of all patients, each of whom answered. */
static struct figure line(const char *question, const char *type, const char *option,
	int64_t base, int64_t count)
{
	return (struct figure){.audience = "patients",
		.question = question,
		.type = type,
		.segment = "",
		.segment_value = "",
		.segment_label = "",
		.option = option,
		.label = option,
		.base = base,
		.not_answered = 0,
		.not_concerned = 0,
		.mentions = base,
		.count = count,
		.percent = strcmp(type, "total") == 0 ? -1 : percent_of(count, base),
		.status = ""};
}

/* A draft as a count makes it. */
static inline int64_t add_draft(struct db *db, const struct figure *figures,
	size_t figure_count, const struct release_note *notes, size_t note_count)
{
	const struct release_draft draft = {.edition = "2026",
		.thresholds = {.min_base = 11, .min_cell = 5, .coalition = 1},
		.kind = "count",
		.reason = "dépouillement",
		.figures = figures,
		.figure_count = figure_count,
		.notes = notes,
		.note_count = note_count};
	int64_t version;

	ok(db_begin(db, err));
	ok(release_add(db, &draft, &version, err));
	ok(db_commit(db, err));
	return version;
}

/* Without the check against what was seen before. */
static inline void publish_draft(struct db *db, int64_t version)
{
	ok(release_set_checked(db, "2026", version, err));
	ok(publish_release(db, "2026", version, "ana", NULL, err));
}

#endif
