/* SPDX-License-Identifier: Apache-2.0 */
/* count_write.c - the second pass over an audience: the shuffled list, chunk by chunk; see count_private.h. */
#include <stdlib.h>

#include "count_private.h"

/* An edition of a few hundred people is one chunk: each box is opened once more. Of a big one hardly two items of a chunk
 * are of one box. */
#define CHUNK 4096

struct chunk {
	struct tally *tally;
	const struct count_item *items;
	size_t count;
	struct str texts[CHUNK]; /* what each item gives, in the order of the list */
	uint32_t order[CHUNK];   /* places of items, by ballot */
	/* What is being fetched: of each box the first of its places in `order`. */
	size_t first[COUNT_FETCH_MAX];
	/* For the inserts. */
	struct new_response rows[CHUNK];
	struct new_verbatim verbatims[CHUNK];
	struct str wishes[CHUNK];
};

static int by_ballot(const void *a, const void *b, void *arg)
{
	const struct count_item *items = arg;
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	x = items[x].ballot;
	y = items[y].ballot;
	return (x > y) - (x < y);
}

static struct str dump(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);

	must(text);
	json_decref(value);
	return str_of(text);
}

static struct str copy(struct str bytes)
{
	char *p = x_alloc(bytes.n + 1);

	memcpy(p, bytes.p, bytes.n);
	return (struct str){p, bytes.n};
}

static struct str take_item(const struct tally *t, uint16_t what,
	const struct opened_box *box, const json_t *texts)
{
	const json_t *text;

	if (what == ITEM_ROW)
		return dump(answers_row(t->audience->form, t->segments, box->answers));
	if (what == ITEM_WISH)
		return copy(buf_str(&box->inner));
	text = json_object_get(texts, t->fields[what - ITEM_TEXT]);
	must(text); /* it was there in the first pass, and nobody else could write */
	return copy((struct str){json_string_value(text), json_string_length(text)});
}

static bool take_box(void *arg, size_t at, struct str sealed, struct err *err)
{
	struct chunk *c = arg;
	const struct tally *t = c->tally;
	uint32_t ballot = c->items[c->order[c->first[at]]].ballot;
	struct opened_box box = {0};
	json_t *texts;

	if (!answer_box_open(&box, t->public_key, t->secret_key, sealed, err))
		return err_prefix(err,
			"a box that was opened a moment ago (nothing was done, count again)");
	texts = answers_texts(t->audience->form, box.answers);
	for (size_t i = c->first[at]; i < c->count; i++) {
		uint32_t place = c->order[i];
		if (c->items[place].ballot != ballot)
			break;
		c->texts[place] = take_item(t, c->items[place].what, &box, texts);
	}
	json_decref(texts);
	opened_box_release(&box);
	return true;
}

/* From order[*at] on, as many boxes as one fetch takes; those of the urn and drafts apart. */
static bool fetch_some(struct chunk *c, size_t *at, struct err *err)
{
	const struct tally *t = c->tally;
	struct id16 slots[COUNT_FETCH_MAX];
	bool drafts = c->items[c->order[*at]].ballot >= t->complete;
	size_t n = 0, i = *at;

	while (i < c->count) {
		uint32_t ballot = c->items[c->order[i]].ballot;
		if (n == COUNT_FETCH_MAX || (ballot >= t->complete) != drafts)
			break;
		c->first[n] = i;
		slots[n++] = t->slots[ballot];
		while (i < c->count && c->items[c->order[i]].ballot == ballot)
			i++;
	}
	*at = i;
	return count_fetch(t->db, t->edition->code, drafts, slots, n, take_box, c, err);
}

static bool insert_chunk(struct chunk *c, struct err *err)
{
	const struct tally *t = c->tally;
	const char *edition = t->edition->code, *audience = t->audience->audience;
	size_t rows = 0, verbatims = 0, wishes = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct count_item *item = &c->items[i];
		if (item->what == ITEM_ROW)
			c->rows[rows++] = (struct new_response){.answers = c->texts[i],
				.completeness = item->ballot < t->complete ? "complete"
									   : "partial"};
		else if (item->what == ITEM_WISH)
			c->wishes[wishes++] = c->texts[i];
		else
			c->verbatims[verbatims++] = (struct new_verbatim){
				.question = t->fields[item->what - ITEM_TEXT],
				.text = c->texts[i]};
	}
	return count_insert_responses(t->db, edition, audience, c->rows, rows, err) &&
		count_insert_verbatims(
			t->db, edition, audience, c->verbatims, verbatims, err) &&
		count_insert_wishes(t->db, edition, audience, c->wishes, wishes, err);
}

static bool write_chunk(struct chunk *c, struct err *err)
{
	bool ok = true;
	size_t at = 0;

	for (size_t i = 0; i < c->count; i++)
		c->order[i] = (uint32_t)i;
	qsort_r(c->order, c->count, sizeof(*c->order), by_ballot,
		(void *)(uintptr_t)c->items);
	while (ok && at < c->count)
		ok = fetch_some(c, &at, err);
	ok = ok && insert_chunk(c, err);
	for (size_t i = 0; i < c->count; i++) {
		char *p = (char *)(uintptr_t)c->texts[i].p;
		secret_wipe(p, c->texts[i].n);
		free(p);
		c->texts[i] = (struct str){NULL, 0};
	}
	return ok;
}

static bool write_places(struct tally *t, struct err *err)
{
	const char *question, *code;
	json_t *codes, *count;
	struct place_total *list = NULL;
	size_t n = 0, capacity = 0;
	bool ok;

	json_object_foreach(t->places, question, codes)
		json_object_foreach(codes, code, count) {
			list = count_grow(list, n + 1, &capacity, sizeof(*list));
			list[n++] = (struct place_total){
				question, code, json_integer_value(count)};
		}
	ok = n == 0 ||
		count_insert_places(
			t->db, t->edition->code, t->audience->audience, list, n, err);
	free(list);
	return ok;
}

bool tally_write(struct tally *t, struct err *err)
{
	struct chunk *c = x_calloc(1, sizeof(*c));
	int64_t all = t->boxes + t->drafts;
	bool ok = true;

	shuffle(t->items, t->item_count, sizeof(*t->items));
	c->tally = t;
	for (size_t at = 0; ok && at < t->item_count; at += c->count) {
		c->items = t->items + at;
		c->count = t->item_count - at < CHUNK ? t->item_count - at : CHUNK;
		ok = write_chunk(c, err);
		if (ok)
			tally_progress(t,
				all +
					all * (int64_t)(at + c->count) /
						(int64_t)t->item_count);
	}
	if (ok && t->item_count == 0)
		tally_progress(t, 2 * all);
	free(c);
	return ok && write_places(t, err);
}
