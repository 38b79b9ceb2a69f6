/* SPDX-License-Identifier: Apache-2.0 */
/* report_private.h - the counters, between who fills them (tabulate*.c) and who lets them out (release*.c). */
#ifndef REPORT_PRIVATE_H
#define REPORT_PRIVATE_H

#include "barometre/form/answer.h"
#include "barometre/report/tabulate.h"

/* How many people gave each distinct number, in ascending order. */
struct value {
	double number;
	int64_t count;
};
struct values {
	struct value *list;
	size_t count, capacity;
	int64_t people;
};
void values_add(struct values *, double);
void values_add_times(struct values *, double, int64_t times); /* of 0: nothing */
void values_add_all(struct values *, const struct values *);
void values_release(struct values *);
/* To the hundredth; of at least one value. Quarters: 1, 2 (the median), 3. */
double values_mean(const struct values *);
double values_quartile(const struct values *, int quarters);

/* How many people are of each place, by code in byte order. */
struct place_count {
	char *code;
	int64_t count;
};
struct places {
	struct place_count *list;
	size_t count, capacity;
};

enum table_type {
	TABLE_SINGLE,
	TABLE_MULTIPLE,
	TABLE_MATRIX,
	TABLE_SCALE,
	TABLE_NUMBER,
	TABLE_LOCALITY,
	TABLE_TEXT,
	TABLE_IDENTIFYING,
	TABLE_CALCULATED,
	TABLE_RANKING, /* one cell a choice: ranked first */
	TABLE_RANK, /* the places of one choice: one cell a place; only its mean is told */
	TABLE_COUNT, /* how many ticks, or rows with "oui", a person gave */
};

/* Those that are cells come first, in the order of the form. */
struct option {
	char *code, *label;
	bool aside;     /* not concerned: out of the base, no cell */
	bool exclusive; /* no tick that counts in TABLE_COUNT */
	bool is_value;  /* of a scale: `value` goes into the mean */
	double value;
};

/* From a code to its option: open addressing, at most half full. */
struct code_index {
	uint32_t *slots; /* place + 1, or 0 */
	size_t size;     /* a power of two */
};

/* The counters of one group of people for one table. */
enum counter {
	COUNTER_ASKED,
	COUNTER_BASE,
	COUNTER_ASIDE, /* said that they are not concerned */
	COUNTER_CELLS  /* and one for each cell */
};

/* A table that a calculated value reads: its value is the place of the person's cell among `cells`, or `count`: another or none. */
struct source {
	size_t table;
	size_t *cells, count;
};

/* One question of the tables: a question of the form, or a row of a matrix, an item, a ranked choice, a number of ticks. */
struct table {
	enum table_type type;
	const struct question *question;
	size_t index;    /* of the question in the form */
	const char *row; /* code of the row, item or ranked choice, or NULL */
	char *name;      /* "q", "q.row" or "nombre.q" */
	bool sensitive, has_min, has_max;
	double min, max; /* TABLE_NUMBER, TABLE_CALCULATED: what the form allows */
	bool banded;     /* TABLE_NUMBER: the form fixes the bands, which are the cells */
	double band;     /* where the first begins */
	struct option *options;
	size_t option_count;
	struct code_index codes; /* of options */
	size_t cells;
	bool crossed; /* has counters for every category of every segment */
	/* A row of COUNTER_CELLS + cells for everybody, then one a category of each segment. */
	int64_t *counters;
	struct values *values; /* `value_rows`, the first rows; or NULL */
	size_t value_rows;
	int64_t *joint; /* pairs of segments, of who answered; tabulation.pairs */
	struct places places;
	int64_t texts; /* calculated values that are texts */
	/* TABLE_CALCULATED: what it reads, and a row of one counter a combination of that, for everybody and each category. */
	struct source *sources;
	size_t source_count, combinations;
	int64_t *combined;
	bool open; /* it reads what is no cell, or too much: no combinations */
};

struct category {
	char *code, *label;
	double low, high; /* of bands */
};
/* A crossing of the form. The last category is "not known". */
struct segment {
	const struct crossing *crossing;
	struct category *categories;
	size_t count;
	size_t table; /* whose cells are the categories, or SIZE_MAX: a place */
	size_t first; /* its first row of counters */
	int64_t *people;
};

struct tabulation {
	const struct form *form;
	int64_t people;
	struct table *tables;
	size_t table_count;
	size_t *first_table; /* of each question of the form; SIZE_MAX when it has none */
	struct segment *segments;
	size_t segment_count;
	size_t rows; /* 1 and all categories */
	/* pairs[s × segment_count + r], s < r: where its counters begin in `joint`. */
	size_t *pairs, joint_size;
	/* Scratch of one answer. */
	size_t *here;  /* category, one a segment */
	size_t *ticks; /* cells */
};

/* What one answer says to one table. */
enum reading_kind {
	READ_NOTHING,
	READ_ASIDE,
	READ_ANSWER
};
struct reading {
	enum reading_kind kind;
	size_t *cells; /* room for all options of any table */
	size_t cell_count;
	bool has_number;
	double number;
	const char *place;
};
void table_read(const struct table *, const struct tabulation *, const json_t *answers,
	struct reading *);

/* tabulate_tables.c: everything but the segments. */
void tables_make(struct tabulation *);
void tables_free(struct tabulation *);
size_t code_find(
	const struct table *, const char *code); /* option, or SIZE_MAX; NULL is none */
double number_band(double number);               /* where its band of ten begins */
char *band_label(double low, double high);
/* tabulate_segments.c: after the tables. */
void segments_make(struct tabulation *);
void segments_drop(struct tabulation *);
size_t segment_of_place(const struct segment *, const char *code);

/* tabulate_sources.c: after the segments. */
void sources_make(struct tabulation *);
void sources_drop(struct table *);
/* One person who has the value. */
void sources_count(const struct tabulation *, struct table *, const struct routing *,
	const json_t *answers);

static inline int64_t *table_row(const struct table *t, size_t row)
{
	return t->counters + row * (COUNTER_CELLS + t->cells);
}

#endif
