/* SPDX-License-Identifier: Apache-2.0 */
/* count_gather.c - the first pass over an audience: every box opened, checked, tabulated; see count_private.h. */
#include <stdlib.h>

#include "barometre/form/answer.h"
#include "count_private.h"

#define PROGRESS_EVERY 100

void *count_grow(void *list, size_t count, size_t *capacity, size_t size)
{
	if (count <= *capacity)
		return list;
	*capacity = *capacity ? *capacity : 64;
	while (*capacity < count)
		*capacity *= 2;
	return x_realloc(list, *capacity * size);
}

void tally_progress(struct tally *t, int64_t done)
{
	int64_t total = 2 * (t->boxes + t->drafts);
	bool tell = done == total || done / PROGRESS_EVERY != t->done / PROGRESS_EVERY;

	t->done = done;
	if (tell && t->options->progress)
		t->options->progress(
			t->options->progress_arg, t->audience->audience, done, total);
}

/* False when somebody's box is there already. The table never fills: it was made for all there are. */
static bool add_instance(struct tally *t, const struct id16 *instance)
{
	size_t at;

	/* A keyed hash: its bytes are as good as random. */
	memcpy(&at, instance->b, sizeof(at));
	for (at &= t->table_size - 1; t->table[at]; at = (at + 1) & (t->table_size - 1))
		if (memcmp(&t->instances[t->table[at] - 1], instance,
			    sizeof(*instance)) == 0)
			return false;
	t->table[at] = (uint32_t)t->ballots + 1;
	t->instances[t->ballots] = *instance;
	return true;
}

static void add_item(struct tally *t, size_t what)
{
	must(what <= UINT16_MAX);
	t->items = count_grow(
		t->items, t->item_count + 1, &t->item_capacity, sizeof(*t->items));
	t->items[t->item_count++] = (struct count_item){
		(uint32_t)t->ballots, (uint16_t)what};
}

static size_t field_place(struct tally *t, const char *name)
{
	for (size_t i = 0; i < t->field_count; i++)
		if (strcmp(t->fields[i], name) == 0)
			return i;
	t->fields = count_grow(
		t->fields, t->field_count + 1, &t->field_capacity, sizeof(*t->fields));
	t->fields[t->field_count] = x_strdup(name);
	return t->field_count++;
}

static void add_places(struct tally *t, const json_t *answers)
{
	const struct form *form = t->audience->form;

	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		const char *code = json_string_value(json_object_get(answers, q->name));
		json_t *codes;

		if (q->role != ROLE_LOCALITY || !code)
			continue;
		codes = json_object_get(t->places, q->name);
		if (!codes) {
			codes = json_object();
			json_object_set_new(t->places, q->name, codes);
		}
		json_object_set_new(codes, code,
			json_integer(
				1 + json_integer_value(json_object_get(codes, code))));
	}
}

/* A box that counts, whose instance was added. */
static void add_ballot(
	struct tally *t, const struct id16 *slot, const struct opened_box *box)
{
	json_t *texts = answers_texts(t->audience->form, box->answers), *text;
	const char *name;

	tabulation_add(t->tabulation, box->answers, t->options->now);
	segments_add(t->segments, box->answers);
	add_places(t, box->answers);
	t->slots[t->ballots] = *slot;
	add_item(t, ITEM_ROW);
	add_item(t, ITEM_WISH);
	json_object_foreach(texts, name, text)
		add_item(t, ITEM_TEXT + field_place(t, name));
	json_decref(texts);
	t->ballots++;
	if (t->partial)
		t->totals.partial++;
	else
		t->totals.complete++;
}

/* Opens and checks a box; NULL when right, or why not, in words of ours. */
static const char *open_and_check(
	const struct tally *t, struct str box, struct opened_box *ret)
{
	struct err err = {0};

	if (!answer_box_open(ret, t->public_key, t->secret_key, box, &err))
		return "cannot be opened";
	if (strcmp(ret->form_hash, t->audience->form->hash) != 0)
		return "unknown form";
	if (!answers_validate(t->audience->form, ret->answers, &err))
		return "answers outside the form";
	return NULL;
}

static bool gather_box(
	void *arg, const struct id16 *slot, struct str box, struct err *err)
{
	struct tally *t = arg;
	struct opened_box opened = {0};
	const char *wrong = open_and_check(t, box, &opened);
	bool ok = true;

	t->totals.boxes++;
	if (!wrong && !add_instance(t, &opened.instance))
		wrong = "second box of one person";
	if (wrong) {
		t->totals.invalid++;
		ok = count_keep_invalid(
			t->db, t->edition->code, t->audience->audience, box, wrong, err);
	} else {
		add_ballot(t, slot, &opened);
	}
	opened_box_release(&opened);
	tally_progress(t, t->done + 1);
	return ok;
}

static bool gather_draft(
	void *arg, const struct id16 *slot, struct str box, struct err *err)
{
	struct tally *t = arg;
	struct opened_box opened = {0};

	(void)err;
	if (!open_and_check(t, box, &opened) && t->edition->count_partials &&
		answers_usable(t->audience->form, opened.answers) &&
		add_instance(t, &opened.instance))
		add_ballot(t, slot, &opened);
	else
		t->totals.drafts_dropped++;
	opened_box_release(&opened);
	tally_progress(t, t->done + 1);
	return true;
}

/* Places in lists are 32 bits wide. */
#define BALLOTS_MAX ((int64_t)1 << 31)

static bool prepare(struct tally *t, struct err *err)
{
	size_t most;

	if (!count_sizes(t->db, t->edition->code, t->audience->audience, &t->boxes,
		    &t->drafts, err))
		return false;
	if (t->boxes + t->drafts >= BALLOTS_MAX)
		return err_set(err, ERR_LIMIT,
			"more than two thousand million boxes: this program cannot count them, nothing was done");
	most = (size_t)(t->boxes + t->drafts) + 1;
	t->table_size = 2;
	while (t->table_size < 2 * most)
		t->table_size *= 2;
	t->slots = x_calloc(most, sizeof(*t->slots));
	t->instances = x_calloc(most, sizeof(*t->instances));
	t->table = x_calloc(t->table_size, sizeof(*t->table));
	t->tabulation = tabulation_new(t->audience->form);
	t->segments = segments_new(t->audience->form);
	t->places = json_object();
	return true;
}

bool tally_gather(struct tally *t, struct err *err)
{
	const char *edition = t->edition->code, *audience = t->audience->audience;

	if (!prepare(t, err) ||
		!count_boxes(t->db, edition, audience, gather_box, t, err))
		return false;
	t->complete = t->ballots;
	t->partial = true;
	if (!count_drafts(t->db, edition, audience, gather_draft, t, err))
		return false;
	free(t->instances);
	free(t->table);
	t->instances = NULL;
	t->table = NULL;
	return true;
}

void tally_release(struct tally *t)
{
	for (size_t i = 0; i < t->field_count; i++)
		free(t->fields[i]);
	free(t->fields);
	free(t->items);
	free(t->slots);
	free(t->instances);
	free(t->table);
	tabulation_free(t->tabulation);
	segments_free(t->segments);
	json_decref(t->places);
}
