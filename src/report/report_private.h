/* SPDX-License-Identifier: Apache-2.0 */
/* report_private.h - the counters, between who fills them (tabulate.c) and who lets them out (release.c). */
#ifndef REPORT_PRIVATE_H
#define REPORT_PRIVATE_H

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
void values_release(struct values *);
/* To the hundredth; of at least one value. */
double values_mean(const struct values *);
double values_median(const struct values *);

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
	TABLE_RANKING, /* one option a choice: ranked first */
	TABLE_RANK,    /* the place of one choice: only its mean */
};

struct option {
	char *code, *label;
	int64_t count;
	bool aside;    /* not concerned: out of the base, no line */
	bool is_value; /* of a scale: `value` goes into the mean */
	double value;
};

/* One question of the tables: a question of the form, or a row of a matrix, an item, a ranked choice. */
struct table {
	enum table_type type;
	const struct question *question;
	size_t index;    /* of the question in the form */
	const char *row; /* code of the row, item or ranked choice, or NULL */
	char *name;      /* "q" or "q.row" */
	bool sensitive, has_min, has_max;
	double min, max; /* TABLE_NUMBER, TABLE_CALCULATED: what the form allows */
	int64_t base, mentions;
	int64_t texts; /* calculated values that are texts */
	struct option *options;
	size_t option_count;
	struct values values;
	struct places places;
	const struct table *ranking; /* TABLE_RANK: who was ranked first */
};

struct tabulation {
	const struct form *form;
	int64_t people;
	struct table *tables;
	size_t table_count;
};

#endif
