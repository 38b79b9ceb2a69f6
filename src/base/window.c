/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/window.h"

#include "barometre/base/holiday.h"
#include "barometre/base/str.h"

/* A weekday comes back within seven days, but 25 December and 1 January, or 1 and 8 May, are the same weekday; and a change of the
 * clocks may swallow a window whole, such as Sundays from 02:00 to 03:00. */
#define DAYS_AHEAD 70

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

static bool parse_holidays(const json_t *window, bool *ret, struct err *err)
{
	const json_t *value = json_object_get(window, "holidays");
	struct str text = str_of(json_string_value(value));

	if (value && !str_eq(text, STR("fr")) && !str_eq(text, STR("none")))
		return err_set(err, ERR_INVALID,
			"mail.window.holidays: expected \"fr\" (nothing leaves on a public holiday) or \"none\"");
	*ret = !value || str_eq(text, STR("fr"));
	return true;
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
		!parse_time(window, "to", &w.to_minute, err) ||
		!parse_holidays(window, &w.skips_holidays, err))
		return false;
	if (w.from_minute >= w.to_minute)
		return err_set(err, ERR_INVALID,
			"mail.window: \"from\" must be earlier than \"to\" on the same day");
	*ret = w;
	return true;
}

static bool is_day_of(const struct window *w, struct civil c)
{
	return w->weekday[civil_weekday(c.year, c.month, c.day)] &&
		!(w->skips_holidays && holiday_is_french(c.year, c.month, c.day));
}

bool window_is_open(const struct window *w, usec_t at)
{
	struct civil c = clock_civil(at, w->zone);
	int minute = c.hour * 60 + c.minute;

	return minute >= w->from_minute && minute < w->to_minute && is_day_of(w, c);
}

/* What the wall clock is ahead of UTC, in seconds. */
static int64_t offset_at(usec_t at, const char *zone)
{
	struct civil c = clock_civil(at, zone);
	int64_t seconds = civil_day_number(c.year, c.month, c.day) * 86400 +
		c.hour * 3600 + c.minute * 60 + c.second;
	int64_t utc = at / USEC_PER_SEC - (at % USEC_PER_SEC < 0 ? 1 : 0);

	return seconds - utc;
}

/* The second in (low, high] from which the offset of `high` holds; whole seconds. */
static usec_t find_change(usec_t low, usec_t high, const char *zone)
{
	int64_t offset = offset_at(low, zone);

	while (high - low > USEC_PER_SEC) {
		usec_t middle = low + (high - low) / USEC_PER_SEC / 2 * USEC_PER_SEC;
		if (offset_at(middle, zone) == offset)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static usec_t sooner(const struct window *w, usec_t at, usec_t not_before, usec_t best)
{
	return at >= not_before && at < best && window_is_open(w, at) ? at : best;
}

/* The first open instant of one day: at the opening, or, where the clocks change, at the change (an opening that is skipped, an
 * hour that comes again when the window is open in it) or at the second opening. */
static usec_t first_of_day(const struct window *w, int64_t day, usec_t not_before)
{
	struct civil c = {0}, next = {0};

	civil_from_day_number(day, &c.year, &c.month, &c.day);
	if (!is_day_of(w, c))
		return SCHEDULE_NEVER;
	civil_from_day_number(day + 1, &next.year, &next.month, &next.day);
	usec_t begin = clock_instant(c, w->zone), end = clock_instant(next, w->zone);
	int64_t change = offset_at(end, w->zone) - offset_at(begin, w->zone);
	c.hour = w->from_minute / 60;
	c.minute = w->from_minute % 60;
	usec_t opening = clock_instant(c, w->zone);
	usec_t best = sooner(w, opening, not_before, SCHEDULE_NEVER);
	if (change != 0) {
		best = sooner(w, find_change(begin, end, w->zone), not_before, best);
		best = sooner(w, opening - change * USEC_PER_SEC, not_before, best);
	}
	return best;
}

usec_t schedule_next(const struct window *w, usec_t not_before)
{
	if (window_is_open(w, not_before))
		return not_before;
	struct civil today = clock_civil(not_before, w->zone);
	int64_t day = civil_day_number(today.year, today.month, today.day);

	for (int64_t ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
		usec_t at = first_of_day(w, day + ahead, not_before);
		if (at != SCHEDULE_NEVER)
			return at;
	}
	must_failed("a window opens within ten weeks", __FILE__, __LINE__);
}

usec_t schedule_retry(const struct window *w, usec_t now, int64_t attempt)
{
	usec_t delay = RETRY_FIRST;

	for (int64_t n = 1; n < attempt && delay < RETRY_MOST; n++)
		delay *= 4;
	return schedule_next(w, now + (delay < RETRY_MOST ? delay : RETRY_MOST));
}

usec_t schedule_mailing(const struct window *w, usec_t due, usec_t not_after, usec_t now)
{
	usec_t at = schedule_next(w, now > due ? now : due);

	return at < not_after ? at : SCHEDULE_NEVER;
}

usec_t schedule_after(const struct window *w, usec_t before, int days)
{
	struct civil c = clock_civil(before, w->zone);
	int64_t day = civil_day_number(c.year, c.month, c.day) + days;
	struct civil then = {.hour = w->from_minute / 60, .minute = w->from_minute % 60};

	civil_from_day_number(day, &then.year, &then.month, &then.day);
	return schedule_next(w, clock_instant(then, w->zone));
}
