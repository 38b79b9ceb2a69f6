/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - what is wrong with a questionnaire although it can be read: the proof before it is published.
 *
 * Promises: C1 no false alarm about conditions: "never" and "always" are proved over all answers (check_search.h), and where
 *   that cannot be done within bounds nothing is said. C2 each finding has its place in the file and a remedy.
 *   C3 findings stand in the order of the file.
 * Errors would harm an edition: what can never be asked or chosen, a language with holes, an address kept beside answers, two
 * lines of a table with one name. Warnings are most likely slips. Notes say what to know.
 */
#ifndef BAROMETRE_FORM_CHECK_H
#define BAROMETRE_FORM_CHECK_H

#include "barometre/form/form.h"

enum finding_level {
	FINDING_ERROR,
	FINDING_WARNING,
	FINDING_NOTE
};
struct finding {
	enum finding_level level;
	int line, column; /* from 1; the column counts characters */
	const char *rule; /* its kind, for programs: "never-true", "no-translation", … */
	char *subject;    /* the question, page or text it is about */
	char *text;       /* "what: remedy" */
};
struct findings {
	struct finding *list;
	size_t count;
};
void findings_release(struct findings *);
size_t findings_count(const struct findings *, enum finding_level);
/* "FILE:line:column: error: what: remedy\n" each, as compilers write, so that editors jump there. */
void findings_write(const struct findings *, const char *file, struct buf *out);

/* What the form layer does not know itself. */
struct check_options {
	const json_t *
		codebooks; /* {"name": [{"code", "audiences"?}, …]}; NULL: names are not checked */
	const json_t *lexicon; /* [{"term", "variants"}, …]; NULL: the same */
	size_t box_reserved; /* bytes of a box that are not answers; 0: sizes are not checked */
	size_t contact_bytes; /* bytes the sealed contact part may take; 0: the same */
	const char *const *
		editions; /* years of which figures are published, NULL-terminated; NULL: not checked */
};

/* Reads the form and checks it. When it cannot be read that is all that is said (rule "unreadable"): every mistake inside a
 * condition, and the first of any other kind. */
void form_check(struct str json, const char *file, const struct check_options *,
	struct findings *ret);

#endif
