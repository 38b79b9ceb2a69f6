/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form.h - a questionnaire as an immutable value: pages, questions, choices, conditions.
 *
 * Read from forms/NAME.json (SurveyJS JSON, strict profile: forms/README.md) by form_parse.
 * Promises: F1 what is accepted is completely checked: unknown keys, clashing names or codes, dangling or later
 *   references are refused with file, line and remedy. F2 the hash is BLAKE2b-256 of the file's bytes: an
 *   answer names the form it was given to.
 * Dependencies are acyclic because a condition may name only earlier questions.
 */
#ifndef BAROMETRE_FORM_FORM_H
#define BAROMETRE_FORM_FORM_H

#include "barometre/base/secret.h"
#include "barometre/form/expr.h"

enum question_type {
	QUESTION_TEXT,
	QUESTION_COMMENT,
	QUESTION_RADIOGROUP,
	QUESTION_CHECKBOX,
	QUESTION_DROPDOWN,
	QUESTION_BOOLEAN,
	QUESTION_RATING,
	QUESTION_MATRIX,
	QUESTION_HTML,
	QUESTION_CALCULATED,
};
enum input_type {
	INPUT_TEXT,
	INPUT_NUMBER,
	INPUT_DATE,
	INPUT_MONTH,
	INPUT_EMAIL,
	INPUT_TEL
};
enum question_role {
	ROLE_OPINION,  /* kept with the answers */
	ROLE_SEGMENT,  /* the same, and may be crossed with (coarsened) */
	ROLE_LOCALITY, /* commune or department: counts only */
	ROLE_TEXT,     /* open text: kept apart, coded later */
	ROLE_IDENTIFYING, /* sealed for the contact trustee; the answers keep only "answered" */
	ROLE_CONTACT, /* sealed for the contact trustee; the answers keep nothing */
};

struct choice {
	const char *code, *text;
	bool exclusive;     /* unticks the others */
	bool not_concerned; /* takes the person out of the base */
};

struct question {
	const char *name, *title, *description,
		*short_label; /* description NULL when none; short_label: else the title */
	const char *placeholder; /* example in an empty field, or NULL */
	enum question_type type;
	enum input_type input;
	enum question_role role;
	size_t page; /* index; calculated values: the page count */
	bool required, each_row_required, sensitive, scale;
	bool has_other; /* choice "other", its text in "<name>-Comment", 200 characters */
	const char *other_text;
	const struct choice *
		choices; /* radiogroup, checkbox, dropdown, matrix columns, boolean; "none" last, "other" not in it */
	size_t choice_count;
	const struct choice *rows; /* matrix */
	size_t row_count;
	bool has_min, has_max;
	double min, max;               /* numbers, rating */
	double step;                   /* rating */
	size_t max_length;             /* characters; text 200, comment 2000 by default */
	const char *html;              /* QUESTION_HTML: trusted, from the form file */
	const char *codebook;          /* open questions, or NULL */
	const char *published_2023;    /* the wording the report printed, or NULL */
	const char *const *lexicon;    /* NULL-terminated, never NULL */
	const struct expr *visible_if; /* or NULL; calculated: the expression */
};

struct page {
	const char *name, *title, *description;
	const struct expr *visible_if; /* or NULL */
	size_t first, count;           /* questions[first … first+count-1] */
};

struct form {
	const char *audience, *audience_label, *title, *description, *version;
	int minutes;
	size_t box_bytes; /* the one size of every sealed answer, before sealing */
	char hash[65];    /* lower-case hex */
	const char *const *welcome, *const *thanks; /* paragraphs, NULL-terminated */
	const struct page *pages;
	size_t page_count;
	const struct question *questions; /* in page order, calculated values last */
	size_t question_count;
	const size_t *complete; /* questions that make an abandoned form usable */
	size_t complete_count;
};

/* `file` is for messages only. Errors: "forms/x.json:12: …" with what to do. */
struct form *form_parse(struct str json, const char *file, struct err *) MUST_USE;
void form_free(struct form *);
DEFINE_DROP(form_drop, struct form, form_free)

/* Borrowed, or NULL. */
const struct question *form_find(const struct form *, struct str name);
size_t form_index(const struct form *, const struct question *);
const struct choice *question_find_choice(const struct question *, struct str code);
const struct choice *question_find_row(const struct question *, struct str code);
/* A readable outline for check-form: pages, questions, codes, conditions. */
void form_outline(const struct form *, struct buf *out);

#endif
