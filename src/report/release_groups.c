/* SPDX-License-Identifier: Apache-2.0 */
/* release_groups.c - what a group of categories is called. */
#include <stdlib.h>

#include "barometre/base/buf.h"
#include "release_private.h"

char *group_codes(const struct segment *s, const size_t *group_of, size_t group)
{
	struct buf text = BUF_LIMIT(LABELS_MAX);

	for (size_t i = 0; i < s->count; i++)
		if (group_of[i] == group)
			buf_printf(&text, "%s%s", text.n > 0 ? "+" : "",
				s->categories[i].code);
	must(!text.failed);
	return buf_take(&text);
}

/* The last category of a run of bands that stand together in the group, from `first` on. */
static size_t run_end(const struct segment *s, const size_t *group_of, size_t first)
{
	size_t last = first;

	while (last + 2 < s->count && group_of[last + 1] == group_of[first])
		last++;
	return last;
}

char *group_label(const struct segment *s, const size_t *group_of, size_t group)
{
	bool bands = s->crossing->kind == CROSSING_BANDS;
	struct buf text = BUF_LIMIT(LABELS_MAX);

	for (size_t i = 0; i < s->count; i++) {
		const struct category *c = &s->categories[i];
		if (group_of[i] != group)
			continue;
		if (text.n > 0)
			buf_puts(&text, " / "); /* labels have commas of their own */
		if (!bands || i + 1 == s->count) {
			buf_puts(&text, c->label);
			continue;
		}
		i = run_end(s, group_of, i);
		SCOPED(free_char) char *label = band_label(c->low, s->categories[i].high);
		buf_puts(&text, label);
	}
	must(!text.failed);
	return buf_take(&text);
}

int64_t group_people(const struct segment *s, const size_t *group_of, size_t group)
{
	int64_t people = 0;

	for (size_t i = 0; i < s->count; i++)
		if (group_of[i] == group)
			people += s->people[i];
	return people;
}
