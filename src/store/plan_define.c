/* SPDX-License-Identifier: Apache-2.0 */
/* plan_define.c - mailings as a file says them: each is read, then the days of the delays are worked out, then the plan is looked at as
 * a whole, audience by audience. */
#include "define_private.h"
#include "plan_private.h"

#define MAX_SEGMENTS 200
#define MAX_SEGMENT_CHARS 100
#define MAX_TITLE_CHARS 200

static const char *const ranked[] = {"invitation", "relance1", "relance2", "relance3"};

/* 0 invitation … 3 relance3; 4 for all else. */
static size_t rank_of(const char *kind)
{
	size_t rank = 0;

	while (rank < COUNT_OF(ranked) && !str_eq_z(str_of(kind), ranked[rank]))
		rank++;
	return rank;
}

static bool is_targeted(const struct planned_mailing *m)
{
	return rank_of(m->kind) == COUNT_OF(ranked);
}

static usec_t at_minute(struct civil day, int minute, const char *zone)
{
	/* "24:00" is the first minute of the next day: fields carry over. */
	day.hour = minute / 60;
	day.minute = minute % 60;
	return clock_instant(day, zone);
}

static bool read_kind(const struct plan_frame *f, const char *at, const json_t *object,
	struct planned_mailing *ret, struct err *err)
{
	if (!define_text(f->file, at, object, "kind", &ret->kind, err))
		return false;
	if (is_targeted(ret) && !str_eq_z(STR("targeted"), ret->kind))
		return define_wrong(f->file, at, "kind",
			"must be \"invitation\", \"relance1\", \"relance2\", \"relance3\" or "
			"\"targeted\"",
			err);
	if (!json_object_get(object, "title"))
		return is_targeted(ret) ? define_wrong(f->file, at, "title",
						  "is missing: a targeted mailing needs "
						  "one, for the team",
						  err)
					: true;
	if (!define_text(f->file, at, object, "title", &ret->title, err))
		return false;
	return str_count_chars(str_of(ret->title)) <= MAX_TITLE_CHARS
		? true
		: define_wrong(
			  f->file, at, "title", "must have at most 200 characters", err);
}

static bool read_audience(const struct plan_frame *f, const char *at,
	const json_t *object, struct planned_mailing *ret, struct err *err)
{
	if (!json_object_get(object, "audience"))
		return true;
	if (!define_text(f->file, at, object, "audience", &ret->audience, err))
		return false;
	for (size_t i = 0; i < f->audience_count; i++)
		if (str_eq_z(str_of(ret->audience), f->audiences[i]))
			return true;
	return define_wrong(f->file, at, "audience",
		"is not an audience of this edition: name one of them, or leave it out for all",
		err);
}

/* Names as in the contact list. */
static bool read_segments(const struct plan_frame *f, const char *at,
	const json_t *object, const char *key, const json_t **ret, struct err *err)
{
	const json_t *list = json_object_get(object, key);

	if (!list)
		return true;
	bool good = json_is_array(list) && json_array_size(list) > 0 &&
		json_array_size(list) <= MAX_SEGMENTS;
	for (size_t i = 0; good && i < json_array_size(list); i++) {
		struct str name = str_of(json_string_value(json_array_get(list, i)));
		good = name.n > 0 && str_count_chars(name) <= MAX_SEGMENT_CHARS;
	}
	if (!good)
		return define_wrong(f->file, at, key,
			"must be a list of names as in the contact list, such as [\"31\"]; leave it out for all",
			err);
	*ret = list;
	return true;
}

static bool read_received(const struct plan_frame *f, const char *at,
	const json_t *object, struct planned_mailing *ret, struct err *err)
{
	size_t own = rank_of(ret->kind);

	ret->received = own > 0 && own < COUNT_OF(ranked) ? "invitation" : "anything";
	if (!json_object_get(object, "received"))
		return true;
	if (!define_text(f->file, at, object, "received", &ret->received, err))
		return false;
	struct str received = str_of(ret->received);
	if (str_eq(received, STR("anything")) || str_eq(received, STR("nothing")))
		return true;
	/* Somebody who has got this one, or a later one, is not written to again. */
	return rank_of(ret->received) < own
		? true
		: define_wrong(f->file, at, "received",
			  "must be \"anything\", \"nothing\", or a kind that comes before this one "
			  "(\"invitation\", \"relance1\" …)",
			  err);
}

static bool read_after(const struct plan_frame *f, const char *at, const json_t *after,
	struct planned_mailing *ret, struct err *err)
{
	static const char *const known[] = {"kind", "days", NULL};
	char *inside SCOPED(free_char) = x_printf("%s%safter", at, *at ? "." : "");

	if (!define_keys(f->file, inside, after, known, err) ||
		!define_text(f->file, inside, after, "kind", &ret->after_kind, err) ||
		!define_count(f->file, inside, after, "days", &ret->after_days, err))
		return false;
	/* relance3 is the last: nothing waits for it. */
	if (rank_of(ret->after_kind) >= COUNT_OF(ranked) - 1 ||
		rank_of(ret->after_kind) >= rank_of(ret->kind))
		return define_wrong(f->file, inside, "kind",
			"must be \"invitation\", \"relance1\" or \"relance2\", and come before this one",
			err);
	return ret->after_days >= 1 && ret->after_days <= 365
		? true
		: define_wrong(f->file, inside, "days", "must be 1 to 365", err);
}

static bool read_days(const struct plan_frame *f, const char *at, const json_t *object,
	struct planned_mailing *ret, struct err *err)
{
	const json_t *after = json_object_get(object, "after");
	struct civil day = {0};

	if (after && json_object_get(object, "on"))
		return define_wrong(f->file, at, "on",
			"stands beside \"after\": a mailing has a day or a delay, keep one",
			err);
	if (after) {
		if (!read_after(f, at, after, ret, err))
			return false;
	} else {
		if (!define_date(f->file, at, object, "on", &day, err))
			return false;
		ret->due = at_minute(day, f->window.from_minute, f->zone);
	}
	ret->not_after = f->closes;
	if (!json_object_get(object, "notAfter"))
		return true;
	if (!define_date(f->file, at, object, "notAfter", &day, err))
		return false;
	ret->not_after = at_minute(day, f->window.to_minute, f->zone);
	/* The last day of the edition, to the end of a window that may end with the day. */
	if (ret->not_after > f->closes && ret->not_after <= f->closes + USEC_PER_SEC)
		ret->not_after = f->closes;
	return true;
}

bool planned_mailing_read(const struct plan_frame *f, const char *at,
	const json_t *object, const char *const *known, struct planned_mailing *ret,
	struct err *err)
{
	*ret = (struct planned_mailing){0};
	if (!define_keys(f->file, at, object, known, err) ||
		!read_kind(f, at, object, ret, err) ||
		!read_audience(f, at, object, ret, err) ||
		!read_segments(f, at, object, "departments", &ret->departments, err) ||
		!read_segments(f, at, object, "types", &ret->types, err) ||
		!read_received(f, at, object, ret, err) ||
		!read_days(f, at, object, ret, err))
		return false;
	if (!json_object_get(object, "stopAtPercent"))
		return true;
	if (!define_count(
		    f->file, at, object, "stopAtPercent", &ret->stop_at_percent, err))
		return false;
	return ret->stop_at_percent >= 1 && ret->stop_at_percent <= 100
		? true
		: define_wrong(f->file, at, "stopAtPercent", "must be 1 to 100", err);
}

bool planned_mailing_delay(const struct plan_frame *f, const char *at, usec_t after_due,
	struct planned_mailing *m, struct err *err)
{
	if (after_due == 0)
		return define_wrong(f->file, at, "after",
			"counts from a mailing that is not planned for this audience: plan it, or give a day (\"on\")",
			err);
	m->due = schedule_after(
		&f->window, schedule_next(&f->window, after_due), (int)m->after_days);
	return true;
}

bool planned_mailing_check(const struct plan_frame *f, const char *at,
	const struct planned_mailing *m, struct err *err)
{
	if (m->due < f->opens || m->due >= f->closes)
		return define_wrong(f->file, at, m->after_kind ? "after" : "on",
			m->after_kind
				? "leads to a day that is not between \"opens\" and \"closes\": choose fewer days"
				: "must lie between \"opens\" and \"closes\"",
			err);
	if (m->not_after <= m->due || m->not_after > f->closes)
		return define_wrong(f->file, at, "notAfter",
			m->after_kind
				? "must lie between the day that \"after\" leads to and \"closes\""
				: "must lie between \"on\" and \"closes\"",
			err);
	if (schedule_mailing(&f->window, m->due, m->not_after, m->due) == SCHEDULE_NEVER)
		return define_wrong(f->file, at, "notAfter",
			"leaves no open moment: \"mail.window\" is closed until then (days, hours, public holidays)",
			err);
	return true;
}

/* The plan as a whole. */

bool planned_covers(const char *a, const char *b)
{
	return !a || !b || str_eq_z(str_of(a), b);
}

/* When the mailing that `m` counts from is due: the last, when each audience has one. 0: there is none. */
static usec_t due_before(
	const struct planned_mailing *list, size_t count, const struct planned_mailing *m)
{
	usec_t due = 0;

	for (size_t i = 0; i < count; i++)
		if (str_eq_z(str_of(list[i].kind), m->after_kind) &&
			planned_covers(list[i].audience, m->audience) &&
			list[i].due > due)
			due = list[i].due;
	return due;
}

/* In the order of the kinds, so that what a delay counts from is known. */
static bool work_out_delays(const struct plan_frame *f, const char *at,
	struct planned_mailing *list, size_t count, struct err *err)
{
	for (size_t rank = 0; rank <= COUNT_OF(ranked); rank++)
		for (size_t i = 0; i < count; i++) {
			char *item SCOPED(free_char) = x_printf("%s[%zu]", at, i);
			if (rank_of(list[i].kind) != rank)
				continue;
			if (list[i].after_kind &&
				!planned_mailing_delay(f, item,
					due_before(list, count, &list[i]), &list[i], err))
				return false;
			if (!planned_mailing_check(f, item, &list[i], err))
				return false;
		}
	return true;
}

/* One audience: each kind once, in their order. */
static bool check_audience(const struct plan_frame *f, const char *at,
	const struct planned_mailing *list, size_t count, const char *audience,
	struct err *err)
{
	size_t found[COUNT_OF(ranked)];

	for (size_t rank = 0; rank < COUNT_OF(ranked); rank++)
		found[rank] = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		size_t rank = rank_of(list[i].kind);
		char *item SCOPED(free_char) = x_printf("%s[%zu]", at, i);
		if (is_targeted(&list[i]) || !planned_covers(list[i].audience, audience))
			continue;
		if (found[rank] != SIZE_MAX)
			return define_wrong(f->file, item, "kind",
				"is there already for the same people: plan one for all audiences or one for each "
				"(\"audience\"), and a \"targeted\" one for a segment",
				err);
		found[rank] = i;
	}
	for (size_t rank = 1; rank < COUNT_OF(ranked); rank++) {
		if (found[rank] == SIZE_MAX)
			continue;
		char *item SCOPED(free_char) = x_printf("%s[%zu]", at, found[rank]);
		if (found[rank - 1] == SIZE_MAX)
			return define_wrong(f->file, item, "kind",
				"is out of order: \"invitation\", \"relance1\", \"relance2\", \"relance3\"; plan the one "
				"before it for the same audience",
				err);
		if (list[found[rank]].due <= list[found[rank - 1]].due)
			return define_wrong(f->file, item,
				list[found[rank]].after_kind ? "after" : "on",
				"must be later than the mailing before", err);
	}
	return true;
}

bool plan_read(const struct plan_frame *f, const char *at, const json_t *list,
	struct planned_mailing *ret, size_t *ret_count, struct err *err)
{
	size_t count = json_array_size(list), targeted = 0;

	if (!json_is_array(list) || count > PLAN_MAX_MAILINGS)
		return define_wrong(
			f->file, "", at, "must be a list of at most 200 mailings", err);
	for (size_t i = 0; i < count; i++) {
		char *item SCOPED(free_char) = x_printf("%s[%zu]", at, i);
		if (!planned_mailing_read(f, item, json_array_get(list, i),
			    planned_mailing_keys + 1, &ret[i], err))
			return false;
		targeted += is_targeted(&ret[i]);
	}
	if (targeted > PLAN_MAX_TARGETED)
		return define_wrong(f->file, "", at,
			"has more than 100 targeted mailings: merge some, a list of departments or types can be long",
			err);
	if (!work_out_delays(f, at, ret, count, err))
		return false;
	for (size_t i = 0; i < f->audience_count; i++)
		if (!check_audience(f, at, ret, count, f->audiences[i], err))
			return false;
	*ret_count = count;
	return true;
}

const char *const planned_mailing_keys[] = {"letter", "kind", "on", "after", "notAfter",
	"audience", "departments", "types", "received", "stopAtPercent", "title", NULL};

void planned_mailing_params(const struct planned_mailing *m, struct db_params *params)
{
	struct str names[MAX_SEGMENTS];
	const json_t *const lists[] = {m->departments, m->types};

	db_text_z(params, m->kind);
	db_text_z(params, m->title ? m->title : "");
	db_text_z(params, m->audience);
	for (size_t k = 0; k < COUNT_OF(lists); k++) {
		size_t n = json_array_size(lists[k]);
		must(n <= MAX_SEGMENTS);
		for (size_t i = 0; i < n; i++)
			names[i] = str_of(json_string_value(json_array_get(lists[k], i)));
		db_text_array(params, names, n);
	}
	db_text_z(params, m->received);
	db_time(params, m->due);
	db_time(params, m->not_after);
	db_text_z(params, m->after_kind);
	if (m->after_kind)
		db_i64(params, m->after_days);
	else
		db_null(params);
	if (m->stop_at_percent)
		db_i64(params, m->stop_at_percent);
	else
		db_null(params);
}
