/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/mail/schedule.h"

#include "barometre/base/str.h"

#define DAY_MINUTES 1440
/* A weekday comes back within seven days; the weeks beyond are for a window that a change of the
 * clocks swallows whole, such as Sundays from 02:00 to 03:00. */
#define DAYS_AHEAD 28

#define RETRY_FIRST (5 * USEC_PER_MIN)
#define RETRY_MOST (6 * USEC_PER_HOUR)

/* "09:00", "9:00", "24:00" */
static bool parse_minute(const char *text, int *ret)
{
	struct str rest = str_of(text), hour = {0};
	uint64_t h = 0, m = 0;

	if (!str_cut(&rest, ':', &hour) || hour.n > 2 || rest.n != 2 ||
		!str_parse_u64(hour, &h) || !str_parse_u64(rest, &m))
		return false;
	if (h > 24 || m > 59 || (h == 24 && m != 0))
		return false;
	*ret = (int)(h * 60 + m);
	return true;
}

static bool parse_days(const json_t *days, bool weekday[8], struct err *err)
{
	size_t i = 0;
	const json_t *day = NULL;

	if (!json_is_array(days) || json_array_size(days) == 0)
		return err_set(err, ERR_INVALID,
			"mail.window.days: expected a list of weekdays, 1 (Monday) to 7 (Sunday)");
	for (i = 1; i <= 7; i++)
		weekday[i] = false;
	json_array_foreach(days, i, day) {
		json_int_t n = json_is_integer(day) ? json_integer_value(day) : 0;
		if (n < 1 || n > 7)
			return err_set(err, ERR_INVALID,
				"mail.window.days: each is a number from 1 (Monday) to 7 (Sunday)");
		weekday[n] = true;
	}
	return true;
}

static bool parse_time(const json_t *window, const char *key, int *ret, struct err *err)
{
	const json_t *value = json_object_get(window, key);

	if (!value ||
		(json_is_string(value) && parse_minute(json_string_value(value), ret)))
		return true;
	return err_set(err, ERR_INVALID,
		"mail.window.%s: expected a time such as \"09:00\"", key);
}

bool window_parse(
	const json_t *mail, const char *zone, struct window *ret, struct err *err)
{
	struct window w = {.from_minute = 9 * 60, .to_minute = 18 * 60};
	const json_t *window = json_object_get(mail, "window");
	size_t n = strlen(zone);

	for (int day = 1; day <= 5; day++)
		w.weekday[day] = true;
	if (n >= sizeof(w.zone) || !clock_zone_exists(zone))
		return err_set(err, ERR_INVALID, "unknown time zone");
	memcpy(w.zone, zone, n + 1);
	if (window && !json_is_object(window))
		return err_set(err, ERR_INVALID, "mail.window: expected an object");
	const json_t *days = json_object_get(window, "days");
	if (days && !parse_days(days, w.weekday, err))
		return false;
	if (!parse_time(window, "from", &w.from_minute, err) ||
		!parse_time(window, "to", &w.to_minute, err))
		return false;
	if (w.from_minute >= w.to_minute)
		return err_set(err, ERR_INVALID,
			"mail.window: \"from\" must be earlier than \"to\" on the same day");
	*ret = w;
	return true;
}

bool window_is_open(const struct window *w, usec_t at)
{
	struct civil c = clock_civil(at, w->zone);
	int minute = c.hour * 60 + c.minute;

	return w->weekday[civil_weekday(c.year, c.month, c.day)] &&
		minute >= w->from_minute && minute < w->to_minute;
}

usec_t schedule_next(const struct window *w, usec_t not_before)
{
	if (window_is_open(w, not_before))
		return not_before;
	struct civil today = clock_civil(not_before, w->zone);
	int64_t day = civil_day_number(today.year, today.month, today.day);

	for (int64_t ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
		struct civil start = {
			.hour = w->from_minute / 60, .minute = w->from_minute % 60};
		civil_from_day_number(day + ahead, &start.year, &start.month, &start.day);
		usec_t at = clock_instant(start, w->zone);
		/* Looked at again, because the opening may fall into the skipped hour. */
		if (at >= not_before && window_is_open(w, at))
			return at;
	}
	must_failed("a window opens within four weeks", __FILE__, __LINE__);
}

usec_t schedule_retry(const struct window *w, usec_t now, int64_t attempt)
{
	usec_t delay = RETRY_FIRST;

	for (int64_t n = 1; n < attempt && delay < RETRY_MOST; n++)
		delay *= 4;
	return schedule_next(w, now + (delay < RETRY_MOST ? delay : RETRY_MOST));
}

void pace_init(struct pace *pace, int per_minute)
{
	must(per_minute > 0);
	/* Rounded up, so that W4 holds for the sixty-first second too. */
	pace->step = (USEC_PER_MIN + per_minute - 1) / per_minute;
	pace->next = 0;
}

usec_t pace_take(struct pace *pace, usec_t now)
{
	if (now < pace->next)
		return pace->next - now;
	pace->next = now + pace->step;
	return 0;
}
