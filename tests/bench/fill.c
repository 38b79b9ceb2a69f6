/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fill CONNINFO EDITION COUNT - that many sealed answers straight into the urn of an edition's first audience.
 *
 * They are answers that people could have given: every question that can be answered is, at random, and what the form then
 * hides is left out. Prints: the number, the bytes of a box, seconds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/form/answer.h"
#include "barometre/privacy/sealed.h"
#include "barometre/store/edition_store.h"

#define BATCH 50

static const struct sql add_boxes = {"bench/fill",
	"INSERT INTO barometre.urn (edition, audience, slot, box)"
	" SELECT $1, $2, a.slot, a.box FROM unnest($3::uuid[], $4::bytea[]) AS a (slot, box)"};

static json_t *pick(const struct question *q)
{
	return json_string(q->choices[random_below((uint32_t)q->choice_count)].code);
}

static json_t *rows(const struct question *q)
{
	json_t *answer = json_object();

	for (size_t i = 0; i < q->row_count; i++)
		json_object_set_new(answer, q->rows[i].code, pick(q));
	return answer;
}

static json_t *text(const struct question *q)
{
	char words[100];
	size_t most = q->max_length < 80 ? q->max_length : 80;

	for (size_t i = 0; i < most; i++)
		words[i] = i % 7 == 6 ? ' ' : (char)('a' + random_below(26));
	words[0] = 'a';
	if (most > 0 && words[most - 1] == ' ')
		words[most - 1] = 'z';
	return json_stringn(words, most);
}

/* NULL for what is left unanswered. */
static json_t *answer_of(const struct question *q)
{
	bool typed = q->type == QUESTION_COMMENT ||
		(q->type == QUESTION_TEXT && q->input == INPUT_TEXT);

	if (q->role == ROLE_LOCALITY)
		return json_string("31555");
	if (q->role == ROLE_CONTACT || q->role == ROLE_IDENTIFYING)
		return NULL;
	if (typed && q->validator_count == 0)
		return text(q);
	if (q->type == QUESTION_TEXT && q->input == INPUT_NUMBER)
		return json_integer((json_int_t)q->min +
			random_below((uint32_t)(q->max - q->min) + 1));
	if (q->type == QUESTION_RADIOGROUP || q->type == QUESTION_DROPDOWN)
		return pick(q);
	if (q->type == QUESTION_MATRIX)
		return rows(q);
	if (q->type == QUESTION_RATING)
		return json_integer((json_int_t)(q->min + q->step));
	if (q->type == QUESTION_CHECKBOX)
		return json_pack("[o]", pick(q));
	return NULL;
}

static json_t *answers_of(const struct form *form, usec_t today)
{
	json_t *all = json_object(), *contact = NULL, *sent;
	struct err err = {0};

	for (size_t i = 0; i < form->question_count; i++) {
		json_t *answer = answer_of(&form->questions[i]);
		if (answer)
			json_object_set_new(all, form->questions[i].name, answer);
	}
	sent = answers_submission(form, all, today, &contact);
	json_decref(contact);
	json_decref(all);
	if (!answers_validate(form, sent, &err)) {
		fprintf(stderr, "fill: %s\n", err.text);
		exit(1);
	}
	return sent;
}

static bool add_batch(struct db *db, const struct edition *edition, size_t count,
	usec_t today, struct err *err)
{
	const struct edition_audience *audience = &edition->audiences[0];
	struct id16 slots[BATCH];
	struct buf boxes[BATCH];
	struct str list[BATCH];
	struct db_params params = {0};
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		struct id16 instance = random_uuid();
		json_t *answers = answers_of(audience->form, today);
		slots[i] = random_uuid();
		boxes[i] = (struct buf)BUF_LIMIT(BOX_BYTES_MAX * 2);
		ok = ok &&
			answer_box_seal(&boxes[i], &edition->count_key,
				&edition->trustee_key, &instance, audience->form->hash,
				answers, NULL, audience->form->box_bytes, err);
		list[i] = buf_str(&boxes[i]);
		json_decref(answers);
	}
	if (ok) {
		db_text_z(&params, edition->code);
		db_text_z(&params, audience->audience);
		db_uuid_array(&params, slots, count);
		db_bytes_array(&params, list, count);
		ok = db_run(db, &add_boxes, &params, NULL, err);
	}
	for (size_t i = 0; i < count; i++)
		buf_release(&boxes[i]);
	return ok;
}

int main(int argc, char **argv)
{
	struct editions editions = {0};
	const struct edition *edition;
	struct err err = {0};
	uint64_t count, done = 0;
	usec_t began = clock_monotonic(), today = clock_now();
	bool ok;

	if (argc != 4 || !str_parse_u64(str_of(argv[3]), &count)) {
		fputs("usage: fill CONNINFO EDITION COUNT\n", stderr);
		return 64;
	}
	secret_init();
	log_set_level(LOG_LEVEL_ERROR);
	SCOPED(db_drop) struct db *db = db_open(argv[1], NULL, &err);
	ok = db && editions_load(db, &editions, &err);
	edition = ok ? editions_find(&editions, str_of(argv[2])) : NULL;
	ok = edition != NULL && edition->has_count_key;
	for (; ok && done < count; done += BATCH)
		ok = add_batch(db, edition,
			(size_t)(count - done < BATCH ? count - done : BATCH), today,
			&err);
	if (ok)
		printf("%llu %zu %.1f\n", (unsigned long long)count,
			answer_box_size(edition->audiences[0].form->box_bytes),
			(double)(clock_monotonic() - began) / (double)USEC_PER_SEC);
	else
		fprintf(stderr, "fill: %s\n",
			*err.text ? err.text : "no such open edition");
	editions_release(&editions);
	return ok ? 0 : 1;
}
