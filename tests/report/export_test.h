/* SPDX-License-Identifier: Apache-2.0 */
/* export_test.h - a release of one line, and its files in memory. */
#ifndef EXPORT_TEST_H
#define EXPORT_TEST_H

#include "barometre/report/export.h"
#include "report_test.h"

static const struct release_info info = {.version = 3,
	.rows = 2,
	.thresholds = {.min_base = 11, .min_cell = 5, .coalition = 1},
	.created_on = "2026-11-22",
	.hash = "ab"};

static const struct figure shown = {.audience = "patients",
	.question = "q",
	.type = "single",
	.segment = "",
	.segment_value = "",
	.segment_label = "",
	.option = "a",
	.label = "A",
	.base = 40,
	.not_answered = 2,
	.not_concerned = 1,
	.mentions = 40,
	.count = 20,
	.percent = 50,
	.status = ""};

static const struct release_note notes[] = {
	{"patients", "z", "", "question_withheld", "Moins de 11 personnes ont répondu."}};

static inline struct export_source source_of(const struct figure *figures, size_t count)
{
	return (struct export_source){.edition = "2026",
		.title = "Titre",
		.info = &info,
		.figures = figures,
		.figure_count = count,
		.notes = notes,
		.note_count = COUNT_OF(notes)};
}

static inline bool keep_part(void *arg, struct str part, struct err *err)
{
	(void)err;
	assert_true(part.n > 0);
	buf_add(arg, part);
	return true;
}

static inline struct buf exported(
	enum export_format format, const struct export_source *source)
{
	struct buf out = BUF_LIMIT(1 << 26);
	struct err err = {0};

	if (!export_write(format, source, keep_part, &out, &err))
		fail_msg("%s: %s", export_name(format), err.text);
	assert_false(out.failed);
	return out;
}

#endif
