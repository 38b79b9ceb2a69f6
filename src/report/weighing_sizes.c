/* SPDX-License-Identifier: Apache-2.0 */
/* weighing_sizes.c - the analyst's file: how many of each group are on the list. */
#include <stdarg.h>
#include <stdlib.h>

#include "barometre/base/csv.h"
#include "weighing_private.h"

#define LARGEST 1000000000u

struct reading {
	struct weighing *weighing;
	const char *file;
	int line;
};

PRINTF_LIKE(3, 4)
static bool wrong(const struct reading *r, struct err *err, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	SCOPED(free_char) char *text = x_vprintf(format, values);
	va_end(values);
	return err_set_line(
		err, ERR_INVALID, r->line, "%.80s:%d: %s", r->file, r->line, text);
}

static struct weighing_category *find(const struct weighing *w, struct str code)
{
	for (size_t i = 0; i < w->category_count; i++)
		if (str_eq(w->categories[i].code, code))
			return &w->categories[i];
	return NULL;
}

/* What the release calls its groups. */
static char *groups_of(const struct weighing *w)
{
	struct buf text = BUF_LIMIT(1 << 16);

	for (size_t g = 0; g < w->group_count; g++)
		buf_printf(&text, "%s%s", g > 0 ? ", " : "", w->groups[g].codes);
	return buf_take(&text);
}

static bool size_category(const struct reading *r, struct str code, uint64_t number,
	size_t *group, struct err *err)
{
	struct weighing_category *c = find(r->weighing, code);

	if (is_not_known(code))
		return wrong(r, err,
			"\"non_precise\" is who did not say it: no list has them, leave this line out");
	if (!c) {
		SCOPED(free_char) char *groups = groups_of(r->weighing);
		return wrong(r, err,
			"the release has no group \"%.*s\" here; it has %.200s",
			code.n > 40 ? 40 : (int)code.n, code.p, groups);
	}
	if (c->sized)
		return wrong(r, err, "\"%.*s\" is there twice", (int)code.n, code.p);
	if (c->group == GROUP_OF_NOBODY && number > 0)
		return wrong(r, err,
			"nobody of \"%.*s\" answered: no weight can stand for these people; leave the line out, and say that the shares are not about "
			"them",
			(int)code.n, code.p);
	if (*group != GROUP_OF_NOBODY && c->group != *group)
		return wrong(r, err,
			"the release has these categories in different groups: a line for each");
	c->sized = true;
	*group = c->group;
	return true;
}

/* Every category of a group that is named by its label. */
static bool size_label(const struct reading *r, struct str name, bool *ret_found,
	size_t *group, struct err *err)
{
	struct weighing *w = r->weighing;

	*ret_found = false;
	for (size_t g = 0; g < w->group_count && !*ret_found; g++)
		if (str_eq_z(name, w->groups[g].label)) {
			*ret_found = true;
			*group = g;
		}
	for (size_t i = 0; i < w->category_count && *ret_found; i++) {
		struct weighing_category *c = &w->categories[i];

		if (c->group != *group || is_not_known(c->code))
			continue;
		if (c->sized)
			return wrong(r, err, "\"%.*s\" is there twice",
				name.n > 80 ? 80 : (int)name.n, name.p);
		c->sized = true;
	}
	return true;
}

static bool is_whole_group(const struct weighing *w, struct str name)
{
	for (size_t g = 0; g < w->group_count; g++)
		if (str_eq_z(name, w->groups[g].codes))
			return true;
	return false;
}

static bool take_record(
	const struct reading *r, const struct csv_record *record, struct err *err)
{
	struct str rest = record->field[0], code;
	size_t group = GROUP_OF_NOBODY;
	bool whole = is_whole_group(r->weighing, rest), labelled;
	uint64_t number;

	if (record->count != 2 || rest.n == 0)
		return wrong(r, err, "two columns are wanted, groupe and effectif");
	if (!str_parse_u64(record->field[1], &number) || number > LARGEST)
		return wrong(r, err,
			"\"%.*s\" is not a number of people: digits only, no space",
			record->field[1].n > 40 ? 40 : (int)record->field[1].n,
			record->field[1].p);
	if (!size_label(r, rest, &labelled, &group, err))
		return false;
	while (!labelled && str_cut(&rest, '+', &code))
		/* As the release names it, with who did not say. */
		if (!(whole && is_not_known(code)) &&
			!size_category(r, code, number, &group, err))
			return false;
	if (group != GROUP_OF_NOBODY)
		r->weighing->groups[group].population += (double)number;
	return true;
}

static bool is_header(const struct csv_record *record)
{
	return record->count == 2 && str_eq_nocase(record->field[0], STR("groupe")) &&
		str_eq_nocase(record->field[1], STR("effectif"));
}

static bool read_records(struct reading *r, struct csv *csv, struct err *err)
{
	struct csv_record record;
	enum csv_result result;
	bool header = false;

	while ((result = csv_next(csv, &record)) == CSV_RECORD) {
		r->line = record.line;
		if (record.blank)
			continue;
		if (!header && !is_header(&record))
			return wrong(
				r, err, "the first line must be \"groupe;effectif\"");
		if (header && !take_record(r, &record, err))
			return false;
		header = true;
	}
	r->line = csv->line;
	if (result != CSV_END)
		return wrong(r, err,
			result == CSV_UNCLOSED ? "a quote is never closed"
					       : "two columns are wanted");
	return header || wrong(r, err, "the first line must be \"groupe;effectif\"");
}

/* W1, of all groups at once. */
static bool all_sized(const struct weighing *w, const char *file, struct err *err)
{
	SCOPED(buf_release) struct buf missing = BUF_LIMIT(1 << 16);

	for (size_t i = 0; i < w->category_count; i++) {
		const struct weighing_category *c = &w->categories[i];

		if (c->group != GROUP_OF_NOBODY && !c->sized && !is_not_known(c->code))
			buf_printf(&missing, "%s%.*s", missing.n > 0 ? ", " : "",
				(int)c->code.n, c->code.p);
	}
	if (missing.n > 0)
		return err_set(err, ERR_INVALID,
			"%.80s has no line for %.250s: every group of the release needs its size",
			file, buf_str(&missing).p);
	for (size_t g = 0; g < w->group_count; g++)
		if (!(w->groups[g].population > 0))
			return err_set(err, ERR_INVALID,
				"%.80s has nobody in %.200s, but %lld people of it answered: this is not the list they are on",
				file, w->groups[g].codes,
				(long long)w->groups[g].answers);
	return true;
}

bool weighing_sizes(
	struct weighing *w, struct str bytes, const char *file, struct err *err)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(3 * bytes.n + 1);
	struct reading reading = {w, file, 0};
	struct csv csv;
	bool ok;

	if (!csv_decode(bytes, &text, err))
		return err_prefix(err, "%.80s", file);
	csv_init(&csv, buf_str(&text));
	ok = read_records(&reading, &csv, err) && all_sized(w, file, err);
	csv_release(&csv);
	for (size_t g = 0; g < w->group_count && ok; g++)
		w->list += w->groups[g].population;
	/* Of more people nothing is computed (statistics.h). */
	return ok &&
		(w->list <= LARGEST ||
			err_set(err, ERR_INVALID,
				"%.80s adds up to more than %u people: this is no list of an audience",
				file, LARGEST));
}
