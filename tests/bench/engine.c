/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine FORM ANSWERS PEOPLE ROUNDS - what the layers cost by themselves, without network and database.
 *
 * ANSWERS holds a JSON array of what people answered to FORM. Prints one "name value" a line: CPU times in microseconds,
 * the tabulation of PEOPLE submissions in milliseconds (medians of ROUNDS rounds), of the longest answer where one
 * is enough. Status 1 when a layer gives a wrong result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../support/file.h"
#include "barometre/form/answer.h"
#include "barometre/privacy/sealed.h"
#include "barometre/report/tabulate.h"

#define TIMES 200 /* of each short operation, a round */
#define MAX_ROUNDS 25

struct bench {
	struct form *form;
	json_t *answers, *sent;    /* arrays: what was answered, and as it is submitted */
	json_t *fullest, *longest; /* borrowed: the one with most answers, of each */
	uint64_t people, rounds;
	usec_t today;
	struct public_key count_key, trustee_key;
	struct secret_key count_secret, trustee_secret;
	struct key draft_key;
	char *text; /* of the form */
	struct buf box, draft;
};

static bool complain(const char *what, const struct err *err)
{
	fprintf(stderr, "engine: %s: %s\n", what, err->text);
	return false;
}

static bool do_validate(struct bench *b, struct err *err)
{
	return answers_validate(b->form, b->longest, err);
}

static bool do_route(struct bench *b, struct err *err)
{
	struct routing routing = {0};
	bool asked;

	routing_compute(&routing, b->form, b->fullest, b->today);
	asked = routing_next(&routing, -1) == 0;
	routing_release(&routing);
	return asked || err_set(err, ERR_BROKEN, "the first page is not asked");
}

/* What one complete answer costs the engine: the goal is 200 microseconds. */
static bool do_validate_route(struct bench *b, struct err *err)
{
	return do_validate(b, err) && do_route(b, err);
}

/* Once for each questionnaire, when the program starts. */
static bool do_parse(struct bench *b, struct err *err)
{
	struct form *form = form_parse(str_of(b->text), "form", err);

	if (form)
		form_free(form);
	return form != NULL;
}

static bool do_submission(struct bench *b, struct err *err)
{
	json_t *contact = NULL;
	json_t *sent = answers_submission(b->form, b->fullest, b->today, &contact);
	bool full = json_object_size(sent) > 0;

	json_decref(sent);
	json_decref(contact);
	return full || err_set(err, ERR_BROKEN, "the submission is empty");
}

static bool do_box_seal(struct bench *b, struct err *err)
{
	struct id16 instance = {{0}};

	buf_clear(&b->box);
	return answer_box_seal(&b->box, &b->count_key, &b->trustee_key, &instance,
		b->form->hash, b->longest, NULL, b->form->box_bytes, err);
}

static bool do_box_open(struct bench *b, struct err *err)
{
	struct opened_box opened = {0};
	bool same;

	if (!answer_box_open(
		    &opened, &b->count_key, &b->count_secret, buf_str(&b->box), err))
		return false;
	same = json_equal(opened.answers, b->longest) == 1;
	opened_box_release(&opened);
	return same || err_set(err, ERR_BROKEN, "other answers than were sealed");
}

static bool do_draft_seal(struct bench *b, struct err *err)
{
	struct draft draft = {.answers = b->fullest};

	buf_clear(&b->draft);
	return draft_seal(&b->draft, &b->draft_key, &draft, b->form->box_bytes, err);
}

static bool do_draft_open(struct bench *b, struct err *err)
{
	struct draft draft = {0};
	bool same;

	if (!draft_open(&draft, &b->draft_key, buf_str(&b->draft), err))
		return false;
	same = json_equal(draft.answers, b->fullest) == 1;
	draft_release(&draft);
	return same || err_set(err, ERR_BROKEN, "other answers than were sealed");
}

static bool do_tabulate(struct bench *b, struct err *err)
{
	struct tabulation *tabulation = tabulation_new(b->form);
	size_t n = json_array_size(b->sent);
	int64_t people;

	for (size_t i = 0; i < b->people; i++)
		tabulation_add(tabulation, json_array_get(b->sent, i % n), b->today);
	people = tabulation_people(tabulation);
	tabulation_free(tabulation);
	return people == (int64_t)b->people ||
		err_set(err, ERR_BROKEN, "people are missing");
}

static int compare_times(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Time of this process alone: neighbours on the machine do not count. */
static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* `unit` microseconds are 1 in what is printed. */
static bool measure(struct bench *b, const char *name,
	bool (*act)(struct bench *, struct err *), uint64_t times, double unit)
{
	double spans[MAX_ROUNDS];
	struct err err = {0};

	for (uint64_t round = 0; round < b->rounds; round++) {
		double began = cpu_us();
		for (uint64_t i = 0; i < times; i++) {
			if (!act(b, &err))
				return complain(name, &err);
		}
		spans[round] = (cpu_us() - began) / (double)times / unit;
	}
	qsort(spans, (size_t)b->rounds, sizeof(*spans), compare_times);
	printf("%s %.2f\n", name, spans[b->rounds / 2]);
	return true;
}

static bool load_form(struct bench *b, const char *path)
{
	struct err err = {0};

	b->text = file_text(path);
	b->form = form_parse(str_of(b->text), path, &err);
	return b->form || complain("form", &err);
}

/* Only what the count would accept. */
static bool load_answers(struct bench *b, const char *path)
{
	struct err err = {0};
	json_t *one;
	size_t i;

	b->answers = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	if (json_array_size(b->answers) == 0) {
		(void)err_set(&err, ERR_INVALID, "no array of answers");
		return complain(path, &err);
	}
	b->sent = json_array();
	json_array_foreach(b->answers, i, one) {
		json_t *contact = NULL;
		json_t *sent = answers_submission(b->form, one, b->today, &contact);

		json_decref(contact);
		json_array_append_new(b->sent, sent);
		if (!answers_validate(b->form, sent, &err))
			return complain("answers", &err);
		if (json_object_size(one) > json_object_size(b->fullest)) {
			b->fullest = one;
			b->longest = sent;
		}
	}
	return true;
}

static bool run(struct bench *b)
{
	box_new_pair(&b->count_key, &b->count_secret);
	box_new_pair(&b->trustee_key, &b->trustee_secret);
	b->draft_key = random_key();
	return measure(b, "validate", do_validate, TIMES, 1) &&
		measure(b, "route", do_route, TIMES, 1) &&
		measure(b, "validate_route", do_validate_route, TIMES, 1) &&
		measure(b, "parse", do_parse, 5, 1) &&
		measure(b, "submission", do_submission, TIMES, 1) &&
		measure(b, "box_seal", do_box_seal, TIMES, 1) &&
		measure(b, "box_open", do_box_open, TIMES, 1) &&
		measure(b, "draft_seal", do_draft_seal, TIMES, 1) &&
		measure(b, "draft_open", do_draft_open, TIMES, 1) &&
		measure(b, "tabulate_ms", do_tabulate, 1, 1000);
}

int main(int argc, char **argv)
{
	struct bench b = {.box = BUF_LIMIT(1 << 21), .draft = BUF_LIMIT(1 << 21)};
	bool good;

	secret_init();
	b.today = clock_now();
	if (argc != 5 || !str_parse_u64(str_of(argv[3]), &b.people) ||
		!str_parse_u64(str_of(argv[4]), &b.rounds) || b.people == 0 ||
		b.rounds == 0 || b.rounds > MAX_ROUNDS) {
		fputs("usage: engine FORM ANSWERS PEOPLE ROUNDS\n", stderr);
		return 64;
	}
	good = load_form(&b, argv[1]) && load_answers(&b, argv[2]) && run(&b);
	free(b.text);
	buf_release(&b.box);
	buf_release(&b.draft);
	json_decref(b.answers);
	json_decref(b.sent);
	if (b.form)
		form_free(b.form);
	return good ? 0 : 1;
}
