/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tabulate.c - the pass of report/tabulate.h over many synthetic answers, for tests/bench/tabulate.
 *
 * tabulate make N FORM.json          N rows of CSV, the same at every run: a header, one column a question, ticks joined by "|"
 * tabulate run FORM.json ROWS.csv    one row a time: seconds and peak memory on standard error, then every cell that is not empty as
 *                                    "question|segment|category|option|count"
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "../support/form.h"
#include "barometre/base/clock.h"
#include "barometre/report/release.h"

#define BATCH 500

static int fails(const char *what)
{
	(void)fprintf(stderr, "tabulate: %s\n", what);
	return EXIT_FAILURE;
}

/* ---- make ---- */

/* xorshift64 (Marsaglia 2003). */
static uint64_t seed = 88172645463325252u;
static uint64_t below(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

static const char *const places[] = {"31555", "34172", "30189", "66136", "81004", "11069",
	"65440", "12202", "09122", "48095", "46042", "32013", "82121", "dep:75",
	"dep:99"};

/* The first choices are given more often than the last. */
static size_t skewed(size_t n)
{
	size_t a = below(n), b = below(n);

	return a < b ? a : b;
}

static void make_value(const struct question *q)
{
	const char *between = "";

	if (q->role == ROLE_LOCALITY) {
		(void)fputs(places[skewed(COUNT_OF(places))], stdout);
	} else if (q->type == QUESTION_TEXT) {
		(void)printf("%llu", 18 + (unsigned long long)below(80));
	} else if (q->type == QUESTION_CHECKBOX) {
		for (size_t i = 0; i < q->choice_count; i++) {
			if (below(3) != 0)
				continue;
			(void)printf("%s%s", between, q->choices[i].code);
			between = "|";
		}
	} else {
		(void)fputs(q->choices[skewed(q->choice_count)].code, stdout);
	}
}

/* Questions with a condition are asked of who gave the first choice of question `gate`, which the form's condition says. */
static void make_rows(const struct form *form, uint64_t count)
{
	for (size_t i = 0; i < form->question_count; i++)
		(void)printf("%s%s", i ? "," : "", form->questions[i].name);
	(void)putchar('\n');
	for (uint64_t n = 0; n < count; n++) {
		bool gate = below(2) == 0;
		for (size_t i = 0; i < form->question_count; i++) {
			const struct question *q = &form->questions[i];
			if (i > 0)
				(void)putchar(',');
			if (strcmp(q->name, "gate") == 0)
				(void)fputs(gate ? "a" : "b", stdout);
			else if ((!q->visible_if || gate) && below(10) > 0)
				make_value(q);
		}
		(void)putchar('\n');
	}
}

/* ---- run ---- */

static json_t *value_of(const struct question *q, struct str text)
{
	struct str tick;
	uint64_t number;

	if (q->type == QUESTION_TEXT && q->role != ROLE_LOCALITY)
		return str_parse_u64(text, &number) ? json_integer((json_int_t)number)
						    : NULL;
	if (q->type != QUESTION_CHECKBOX)
		return json_stringn(text.p, text.n);
	json_t *list = json_array();
	while (str_cut(&text, '|', &tick))
		json_array_append_new(list, json_stringn(tick.p, tick.n));
	return list;
}

static json_t *answers_of(const struct form *form, struct str row)
{
	json_t *answers = json_object();
	struct str field;

	for (size_t i = 0; i < form->question_count && str_cut(&row, ',', &field); i++)
		if (field.n > 0)
			json_object_set_new(answers, form->questions[i].name,
				value_of(&form->questions[i], field));
	return answers;
}

/* Of this process only: on a machine that does other work it alone means something. */
static double cpu_seconds(void)
{
	struct rusage use;

	(void)getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
		(double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

struct spent {
	usec_t making, pass;
	double cpu; /* of the pass */
	int64_t people;
};

static void take_batch(
	struct tabulation *tab, json_t **batch, size_t n, struct spent *spent)
{
	usec_t start = clock_monotonic();
	double cpu = cpu_seconds();

	for (size_t i = 0; i < n; i++)
		tabulation_add(tab, batch[i], 0);
	spent->pass += clock_monotonic() - start;
	spent->cpu += cpu_seconds() - cpu;
	for (size_t i = 0; i < n; i++)
		json_decref(batch[i]);
}

static void take_rows(
	struct tabulation *tab, const struct form *form, FILE *rows, struct spent *spent)
{
	json_t *batch[BATCH];
	char *line = NULL;
	size_t room = 0, n = 0;
	ssize_t length = getline(&line, &room, rows); /* the header */
	usec_t start = clock_monotonic();

	while ((length = getline(&line, &room, rows)) > 0) {
		struct str row = {line, (size_t)length};
		batch[n++] = answers_of(form, str_trim(row));
		spent->people++;
		if (n < BATCH)
			continue;
		spent->making += clock_monotonic() - start;
		take_batch(tab, batch, n, spent);
		n = 0;
		start = clock_monotonic();
	}
	spent->making += clock_monotonic() - start;
	take_batch(tab, batch, n, spent);
	free(line);
}

static void print_cells(const struct figures *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct figure *l = &f->list[i];
		if (l->count > 0 && strcmp(l->question, "participation") != 0 &&
			strcmp(l->type, "count") != 0)
			(void)printf("%s|%s|%s|%s|%lld\n", l->question, l->segment,
				l->segment_value, l->option, (long long)l->count);
	}
}

static int run(const struct form *form, const char *path)
{
	FILE *rows = fopen(path, "rbe");
	struct tabulation *tab = tabulation_new(form);
	struct figures told = {0}, all = {0};
	struct spent spent = {0};
	struct rusage use;

	if (!rows)
		return fails(path);
	take_rows(tab, form, rows, &spent);
	(void)fclose(rows);
	(void)getrusage(RUSAGE_SELF, &use);
	usec_t start = clock_monotonic();
	figures_add(&told, "t", tab, (struct thresholds){11, 5, 1});
	usec_t release = clock_monotonic() - start;
	figures_add(&all, "t", tab, (struct thresholds){0});
	(void)fprintf(stderr,
		"{\"people\":%lld,\"making\":%.3f,\"pass\":%.3f,\"cpu\":%.3f,\"release\":%.3f,\"lines\":%zu,\"kib\":%ld}\n",
		(long long)spent.people, (double)spent.making / 1e6,
		(double)spent.pass / 1e6, spent.cpu, (double)release / 1e6, told.count,
		use.ru_maxrss);
	print_cells(&all);
	figures_release(&told);
	figures_release(&all);
	tabulation_free(tab);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	bool make = argc == 4 && strcmp(argv[1], "make") == 0;
	uint64_t count = 0;
	int status = EXIT_SUCCESS;

	if (make ? !str_parse_u64(str_of(argv[2]), &count)
		 : argc != 4 || strcmp(argv[1], "run") != 0)
		return fails(
			"usage: tabulate make N FORM.json | tabulate run FORM.json ROWS.csv");
	struct form *form = form_of_file(argv[make ? 3 : 2]);
	if (make)
		make_rows(form, count);
	else
		status = run(form, argv[3]);
	form_free(form);
	return status;
}
