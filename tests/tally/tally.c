/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.c - the program's tables behind a pipe, thresholds off, for tally.py.
 *
 * tally FORM.json: one JSON object of answers a line in; out, one JSON array a line of the tables:
 * [question, segment, segment_value, option, base, not_answered, not_concerned, mentions, count, value or null]
 */
#include <stdio.h>
#include <stdlib.h>

#include "../support/form.h"
#include "barometre/report/release.h"

static int fails(const char *what)
{
	(void)fprintf(stderr, "tally: %s\n", what);
	return EXIT_FAILURE;
}

static bool read_answers(struct tabulation *tab)
{
	char *line = NULL;
	size_t room = 0;
	bool ok = true;

	while (ok && getline(&line, &room, stdin) > 0) {
		json_t *answers = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		ok = json_is_object(answers);
		if (ok)
			tabulation_add(tab, answers, 0);
		json_decref(answers);
	}
	free(line);
	return ok;
}

static void print_line(const struct figure *f)
{
	json_t *line = json_pack("[s,s,s,s,I,I,I,I,I,o]", f->question, f->segment,
		f->segment_value, f->option, (json_int_t)f->base,
		(json_int_t)f->not_answered, (json_int_t)f->not_concerned,
		(json_int_t)f->mentions, (json_int_t)f->count,
		f->has_value ? json_real(f->value) : json_null());
	char *text = json_dumps(line, JSON_COMPACT);

	must(text);
	(void)puts(text);
	free(text);
	json_decref(line);
}

int main(int argc, char **argv)
{
	struct figures figures = {0};

	if (argc != 2)
		return fails("usage: tally FORM.json < ANSWERS.jsonl");
	struct form *form = form_of_file(argv[1]);
	struct tabulation *tab = tabulation_new(form);
	bool ok = read_answers(tab);
	if (ok)
		figures_add(&figures, form->audience, tab, (struct thresholds){0});
	for (size_t i = 0; i < figures.count; i++)
		print_line(&figures.list[i]);
	figures_release(&figures);
	tabulation_free(tab);
	form_free(form);
	return ok ? EXIT_SUCCESS : fails("a line of answers is no JSON object");
}
