/* SPDX-License-Identifier: Apache-2.0 */
/* release_load.c - release_store.h: a whole release in memory. */
#include <stdlib.h>

#include "barometre/store/release_store.h"

/* Copies of `count` texts in one block; each pointer is moved to its copy. */
static char *copy_texts(const char **const *texts, size_t count)
{
	size_t size = 1, at = 0;
	char *block;

	for (size_t i = 0; i < count; i++)
		size += strlen(*texts[i]) + 1;
	block = x_alloc(size);
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(*texts[i]) + 1;

		memcpy(block + at, *texts[i], n);
		*texts[i] = block + at;
		at += n;
	}
	return block;
}

static void keep_block(struct release *r, char *block)
{
	if (r->text_count == r->capacity) {
		r->capacity = r->capacity ? 2 * r->capacity : 64;
		r->texts = x_realloc(r->texts, r->capacity * sizeof(*r->texts));
	}
	r->texts[r->text_count++] = block;
}

/* A power of two when it is full, so that there is no capacity to keep. */
static bool is_full(size_t count)
{
	return (count & (count - 1)) == 0;
}

static bool keep_figure(void *arg, const struct figure *figure, struct err *err)
{
	struct release *r = arg;
	struct figure copy = *figure;
	const char **const texts[] = {&copy.audience, &copy.question, &copy.type,
		&copy.segment, &copy.segment_value, &copy.segment_label, &copy.option,
		&copy.label, &copy.status};

	(void)err;
	keep_block(r, copy_texts(texts, COUNT_OF(texts)));
	if (is_full(r->figure_count))
		r->figures = x_realloc(
			r->figures, 2 * (r->figure_count + 1) * sizeof(*r->figures));
	r->figures[r->figure_count++] = copy;
	return true;
}

static bool keep_note(void *arg, const struct release_note *note, struct err *err)
{
	struct release *r = arg;
	struct release_note copy = *note;
	const char **const texts[] = {
		&copy.audience, &copy.question, &copy.segment, &copy.code, &copy.text};

	(void)err;
	keep_block(r, copy_texts(texts, COUNT_OF(texts)));
	if (is_full(r->note_count))
		r->notes = x_realloc(
			r->notes, 2 * (r->note_count + 1) * sizeof(*r->notes));
	r->notes[r->note_count++] = copy;
	return true;
}

bool release_load(struct db *db, const char *edition, int64_t version,
	struct release *ret, struct err *err)
{
	struct release r = {0};

	if (!release_read_version(db, edition, version, &r.info, keep_figure, &r, err) ||
		!release_read_notes(db, edition, r.info.version, keep_note, &r, err)) {
		release_unload(&r);
		return false;
	}
	*ret = r;
	return true;
}

void release_unload(struct release *r)
{
	for (size_t i = 0; i < r->text_count; i++)
		free(r->texts[i]);
	free(r->texts);
	free(r->figures);
	free(r->notes);
	*r = (struct release){0};
}
