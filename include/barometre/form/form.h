/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form.h - a questionnaire as an immutable value: pages, questions, choices, conditions.
 *
 * Read from forms/NAME.json (SurveyJS JSON, strict profile: forms/README.md) by form_parse.
 * Promises: F1 what is accepted is completely checked: unknown keys, clashing names or codes, dangling or later
 *   references are refused with file, line and remedy. F2 the hash is BLAKE2b-256 of the file's bytes: an
 *   answer names the form it was given to.
 * Dependencies are acyclic because a condition may name only earlier questions, and calculated values that read only such.
 */
#ifndef BAROMETRE_FORM_FORM_H
#define BAROMETRE_FORM_FORM_H

#include "barometre/base/secret.h"
#include "barometre/base/words.h"
#include "barometre/form/expr.h"

enum question_type {
	QUESTION_TEXT,
	QUESTION_COMMENT,
	QUESTION_RADIOGROUP,
	QUESTION_CHECKBOX,
	QUESTION_DROPDOWN,
	QUESTION_BOOLEAN,
	QUESTION_RATING,
	QUESTION_MATRIX,       /* rows × single choice: {"row":"column"} */
	QUESTION_MULTIPLETEXT, /* several short texts: {"item":"value"} */
	QUESTION_RANKING,      /* all choices in order of preference: ["b","a"] */
	QUESTION_HTML,
	QUESTION_EXPRESSION, /* shows a value worked out from earlier answers; nobody types it */
	QUESTION_CALCULATED, /* the same, never shown, on no page */
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
	const struct expr *
		visible_if; /* or NULL: always offered. A hidden choice is no longer chosen */
};

/* As INSEE grades its checks: an error keeps the person on the page, a warning is shown once and may be passed, an
 * information is only shown. SurveyJS's notificationType. */
enum problem_level {
	LEVEL_ERROR,
	LEVEL_WARNING,
	LEVEL_INFO
};
enum validator_kind {
	VALIDATOR_NUMERIC, /* min, max of the number */
	VALIDATOR_TEXT, /* min, max of the length in characters; digits refused unless allowed */
	VALIDATOR_ANSWER_COUNT, /* min, max of the ticks */
	VALIDATOR_REGEX,
	VALIDATOR_EMAIL,
	VALIDATOR_EXPRESSION /* must be true; may read this question and earlier ones */
};
struct validator {
	enum validator_kind kind;
	enum problem_level level;
	const char *text; /* what to say; NULL: our own words */
	bool has_min, has_max, allow_digits;
	double min, max;
	const struct pattern *
		pattern; /* VALIDATOR_REGEX (base/pattern.h): found anywhere, as JavaScript's test() */
	const struct expr *expression; /* VALIDATOR_EXPRESSION */
};

/* One field of a multipletext. */
struct text_item {
	const char *code, *title, *placeholder;
	enum input_type input;
	bool required, has_min, has_max;
	double min, max;   /* numbers */
	size_t max_length; /* characters */
};

/* Questions that stand together under a title. Conditions of panels are already part of those of their questions. */
struct panel {
	const char *name, *title, *description; /* title and description NULL when none */
	int outer;                              /* index of the panel around it, or -1 */
	size_t first,
		count; /* questions[first … first+count-1], those of inner panels too */
};

/* May a figure of this question stand beside the one an earlier edition published? The worst of what is true, declared by the
 * form ("comparable"). Only SERIES_SAME is a change; the others are breaks of the series, each with its reason. */
enum series {
	SERIES_NONE, /* not asked then, or nothing was printed that says what was asked */
	SERIES_BASE, /* other people were asked, or who was asked is not known */
	SERIES_OPTIONS, /* other choices, or their list was not printed */
	SERIES_WORDING, /* other words, or they were not printed */
	SERIES_SAME
};
struct comparable {
	const char *edition; /* four digits */
	enum series series;
};

/* What the report of an edition printed as the question. */
struct printed {
	const char *edition; /* four digits */
	const char *wording;
};

struct question {
	const char *name, *title, *description,
		*short_label; /* description NULL when none; short_label: else the title */
	const char *
		autocomplete; /* what a browser may fill in (HTML autofill field name), or NULL */
	const char *placeholder; /* example in an empty field, or NULL */
	enum question_type type;
	enum input_type input;
	enum question_role role;
	size_t page; /* index; calculated values: the page count */
	int panel;   /* index of the innermost panel, or -1 */
	bool required, each_row_required, sensitive, scale;
	const struct expr *required_if; /* or NULL; see routing.required */
	bool has_other; /* choice "other", its text in "<name>-Comment", 200 characters */
	const char *other_text;
	const struct choice *
		choices; /* radiogroup, checkbox, dropdown, ranking, matrix columns, boolean; then "none", "refused",
			  "dontknow" where they are offered; "other" is not in it and stands last */
	size_t choice_count;
	bool choices_depend; /* some choice has a visible_if */
	/* The coarser rung of the choices, told where the finer one cannot be (privacy/protect.h): each choice is in exactly
	 * one class. Of radiogroup, dropdown and the columns of a matrix. */
	const struct choice *collapse_classes; /* code and text */
	size_t collapse_count;                 /* 0: none */
	const size_t *
		collapse; /* a class for each choice, then for "other" where there is one; SIZE_MAX: not concerned */
	const struct choice *rows; /* matrix */
	size_t row_count;
	const struct text_item *items; /* multipletext */
	size_t item_count;
	const struct validator *validators;
	size_t validator_count;
	bool has_min, has_max;
	double min, max;      /* numbers, rating */
	double step;          /* rating */
	size_t max_length;    /* characters; text 200, comment 2000 by default */
	const char *html;     /* QUESTION_HTML: trusted, from the form file */
	const char *codebook; /* open questions, or NULL */
	const struct printed
		*published; /* as the file has them; none: the question is new */
	size_t published_count;
	const struct comparable *comparable; /* by edition */
	size_t comparable_count;
	const char *const *lexicon;    /* NULL-terminated, never NULL */
	const struct expr *visible_if; /* or NULL: with those of its panels */
	const struct expr *expression; /* QUESTION_EXPRESSION, QUESTION_CALCULATED */
};

/* A variable that tables may be crossed with, declared by the form, the most important first. */
enum crossing_kind {
	CROSSING_CHOICES,    /* choices of a radiogroup, dropdown or boolean */
	CROSSING_DEPARTMENT, /* the department of a locality (form/place.h) */
	CROSSING_EAST_WEST, /* the eastern or western half of Occitanie, or elsewhere, of a locality */
	CROSSING_BANDS, /* a number, in bands of ten */
};
struct crossing {
	const char *
		name; /* of choices the question's; else "departement", "est_ouest", "<question>_tranche" */
	const char *label;
	enum crossing_kind kind;
	size_t question; /* index */
};

struct page {
	const char *name, *title, *description;
	const struct expr *visible_if; /* or NULL */
	size_t first, count;           /* questions[first … first+count-1] */
};

struct form {
	const struct language *language; /* of every text in it */
	const char *audience, *audience_label, *title, *description, *version;
	int minutes;
	size_t box_bytes; /* the one size of every sealed answer, before sealing */
	char hash[65];    /* lower-case hex */
	const char *const *welcome, *const *thanks; /* paragraphs, NULL-terminated */
	const struct page *pages;
	size_t page_count;
	const struct panel *panels; /* outer before inner */
	size_t panel_count;
	const struct question *questions; /* in page order, calculated values last */
	size_t question_count;
	const struct crossing *crossings; /* the most important first */
	size_t crossing_count;
	const size_t *complete; /* questions that make an abandoned form usable */
	size_t complete_count;
};

/* `file` is for messages only. Errors: "forms/x.json:12: …" with what to do. */
struct form *form_parse(struct str json, const char *file, struct err *) MUST_USE;
void form_free(struct form *);
DEFINE_DROP(form_drop, struct form, form_free)

/* The same form in another language: the same pages, questions, codes, indexes and hash, other texts. A text without
 * translation is French. Borrowed from the form (any of its languages may be asked); never NULL. */
const struct form *form_in(const struct form *, const struct language *);
/* Does the form have a text in that language? True for French. */
bool form_speaks(const struct form *, const struct language *);
/* Before a form is published: its JSON with, for each text that is plain French and that words.h can translate, the
 * object {"default": French, "<code>": translation, …}. So the hash covers what people read, in every language. Bytes
 * that are no JSON object are copied as they are. */
void form_translate(struct str json, struct buf *out);

/* Borrowed, or NULL. */
const struct question *form_find(const struct form *, struct str name);
size_t form_index(const struct form *, const struct question *);
const struct choice *question_find_choice(const struct question *, struct str code);
const struct choice *question_find_row(const struct question *, struct str code);
const struct text_item *question_find_item(const struct question *, struct str code);
/* The words of what stands behind the dot of "q.code": a row of a matrix, a field of a multipletext, a choice of a ranking. */
const char *question_part_title(const struct question *, struct str code);
/* The wording that was printed for an edition. */
const char *question_published(const struct question *, struct str edition);
/* SERIES_NONE where nothing is declared. */
enum series question_series(const struct question *, struct str edition);
/* "none", "base", "options", "wording", "same". */
const char *series_name(enum series);
/* A readable outline for check-form: pages, questions, codes, conditions. */
void form_outline(const struct form *, struct buf *out);

#endif
