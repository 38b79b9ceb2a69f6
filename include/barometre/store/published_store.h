/* SPDX-License-Identifier: Apache-2.0 */
/*
 * published_store.h - what earlier editions published, every number as it was printed, errors and all.
 *
 * Read from forms/published/<year>.csv (report/published.h), never made from answers: there are none of these editions. Nothing is
 * ever corrected: what is known to be wrong says so in known_error.
 */
#ifndef BAROMETRE_STORE_PUBLISHED_STORE_H
#define BAROMETRE_STORE_PUBLISHED_STORE_H

#include "barometre/store/db.h"

/* One printed number. Texts may be "", but source. */
struct published_line {
	const char *
		audience; /* of our forms; "ensemble" all five, "professionnels" three of them */
	const char *question,
		*option; /* names and codes of our forms, where they have one */
	const char *
		measure; /* "respondents", "responses", "percent", "count", "mean" … (published.h) */
	const char *value; /* as printed: "12,5", "2/3" */
	bool has_number;
	double number;
	int64_t base; /* people the number is of; -1 where it was not printed */
	const char *unit, *wording, *label; /* wording, label: as printed */
	const char *source;                 /* report, part, line of its transcription */
	const char *known_error;            /* in French */
};
/* Those of one edition, with their texts. Zero-initialise. */
struct published {
	char edition[5]; /* year */
	struct published_line *lines;
	size_t count, capacity;
	char **texts;
	size_t text_count, text_capacity;
};
void published_release(struct published *); /* idempotent */
/* Copies the texts. */
void published_add(struct published *, const struct published_line *);

/* Replaces what is there of the edition, in the caller's transaction. */
bool published_save(struct db *, const struct published *, struct err *) MUST_USE;
/* In the order of the file. ERR_MISSING when nothing of the edition was imported. */
bool published_load(struct db *, const char *edition, struct published *ret, struct err *)
	MUST_USE;

struct published_edition {
	char edition[5];
	int64_t figures, errors;
};
/* The newest first; free the list. */
bool published_editions(struct db *, struct published_edition **ret_list,
	size_t *ret_count, struct err *) MUST_USE;

#endif
