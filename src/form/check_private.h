/* SPDX-License-Identifier: Apache-2.0 */
/* check_private.h - what the parts of form_check share. */
#ifndef FORM_CHECK_PRIVATE_H
#define FORM_CHECK_PRIVATE_H

#include "barometre/form/check.h"
#include "rules.h"
#include "source_map.h"

struct check {
	const struct form *form;
	const json_t *root;
	const struct source_map *map;
	const struct check_options *options;
	struct findings *out;
	const json_t **objects; /* one a question: where it stands in the file */
	size_t budget;          /* ways of answering that may be tried yet */
	bool *never;            /* one a question: proved that nobody is asked */
};

void check_report(struct check *, enum finding_level, const char *rule,
	const char *subject, struct source_place, const char *format, ...)
	PRINTF_LIKE(6, 7);

/* Each file of checks. */
void check_routing(struct check *); /* conditions: check_routing.c */
void check_words(struct check *);   /* languages, lexicon, codebooks: check_words.c */
void check_privacy(struct check *); /* what identifies, sizes of boxes: check_privacy.c */
void check_tables(struct check *);  /* codes and texts that look alike: check_tables.c */
void check_series(struct check *);  /* comparable with earlier editions: check_series.c */

#endif
