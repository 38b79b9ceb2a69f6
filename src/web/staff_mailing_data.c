/* SPDX-License-Identifier: Apache-2.0 */
/* staff_mailing_data.c - a mailing as data of a page: what it is, how far it is, what may be done with it; and its days. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/window.h"
#include "staff_mail.h"

/* ---- days ---- */

static struct window window_of(const struct staff_edition *edition)
{
	json_t *mail = json_loads(edition->window, 0, NULL);
	struct window window = {0};
	struct err unused = {0};

	/* What stands in the database was checked when the edition was made. */
	must(window_parse(mail, edition->zone, &window, &unused) ||
		window_parse(NULL, edition->zone, &window, &unused));
	json_decref(mail);
	return window;
}

usec_t mailing_opening(const struct staff_edition *edition, struct civil day)
{
	struct window window = window_of(edition);

	day.hour = 0;
	day.minute = window.from_minute;
	return clock_instant(day, edition->zone);
}

usec_t mailing_ending(const struct staff_edition *edition, struct civil day)
{
	struct window window = window_of(edition);
	usec_t end;

	day.hour = 0;
	day.minute = window.to_minute;
	end = clock_instant(day, edition->zone);
	return end > edition->closes && end - edition->closes < USEC_PER_DAY
		? edition->closes
		: end;
}

usec_t mailing_departure(
	const struct staff_edition *edition, usec_t due, usec_t not_after)
{
	struct window window = window_of(edition);
	usec_t first = schedule_mailing(&window, due, not_after, due);

	return first == SCHEDULE_NEVER ? due : first;
}

static void put_hour(struct buf *out, int minute)
{
	if (minute % 60 == 0)
		buf_printf(out, "%d" NNBSP "h", minute / 60);
	else
		buf_printf(out, "%d" NNBSP "h" NNBSP "%02d", minute / 60, minute % 60);
}

char *mailing_hours(const struct staff_edition *edition)
{
	struct window window = window_of(edition);
	struct buf text = BUF_LIMIT(100);

	buf_puts(&text, "de ");
	put_hour(&text, window.from_minute);
	buf_puts(&text, " à ");
	put_hour(&text, window.to_minute);
	return buf_take(&text);
}

static bool read_number(struct str text, int *ret)
{
	uint64_t n;

	if (!str_parse_u64(text, &n) || n > 9999)
		return false;
	*ret = (int)n;
	return true;
}

bool mailing_parse_day(struct str typed, struct civil *ret)
{
	struct str rest = str_trim(typed), day, month;
	struct civil c = {0};
	char iso[32];

	if (rest.n == 0 || rest.n > 12)
		return false;
	if (!memchr(rest.p, '/', rest.n)) {
		(void)snprintf(iso, sizeof(iso), "%.*s", (int)rest.n, rest.p);
		return civil_parse_date(iso, ret);
	}
	if (!str_cut(&rest, '/', &day) || !str_cut(&rest, '/', &month) || !rest.p ||
		rest.n != 4 || !read_number(day, &c.day) ||
		!read_number(month, &c.month) || !read_number(rest, &c.year))
		return false;
	(void)snprintf(iso, sizeof(iso), "%04d-%02d-%02d", c.year, c.month, c.day);
	return civil_parse_date(iso, ret);
}

const char *mailing_day_field(const char *typed)
{
	struct civil unused;

	return *typed == '\0' || civil_parse_date(typed, &unused) ? "date" : "text";
}

char *mailing_day(usec_t at, const char *zone)
{
	struct civil c = clock_civil(at, zone);

	return x_printf("%04d-%02d-%02d", c.year, c.month, c.day);
}

/* ---- one mailing ---- */

static void set_text(json_t *data, const char *name, char *text)
{
	json_object_set_new(data, name, json_string(text));
	free(text);
}

/* « 6 remis + 1 refusé + … »: what the rows have become, which adds up to what was planned. */
static void set_numbers(json_t *data, const struct db_rows *rows, size_t row)
{
	static const struct {
		const char *column, *one, *many;
	} parts[] = {{"sent", "remis", "remis"}, {"refused", "refusé", "refusés"},
		{"skipped", "écarté", "écartés"}, {"unknown", "incertain", "incertains"}};
	int64_t total = db_int(rows, row, "total");
	int64_t left = db_int(rows, row, "planned") + db_int(rows, row, "claimed");
	int64_t unknown = db_int(rows, row, "unknown"), sum = left;
	SCOPED(buf_release) struct buf text = BUF_LIMIT(400);
	char number[40];

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		int64_t n = db_int(rows, row, parts[i].column);
		SCOPED(free_char)
		char *part = staff_plural(n, parts[i].one, parts[i].many);

		sum += n;
		buf_printf(&text, "%s%s", i ? " + " : "", part);
	}
	staff_number(number, left);
	if (left > 0)
		buf_printf(&text, " + %s à envoyer", number);
	set_text(data, "TOTAL", staff_plural(total, "prévu", "prévus"));
	json_object_set_new(data, "PARTS", json_string(buf_str(&text).p));
	set_text(data, "LEFT", staff_plural(left, "message", "messages"));
	set_text(data, "UNKNOWN",
		staff_plural(unknown, "message incertain", "messages incertains"));
	json_object_set_new(data, "STARTED", json_boolean(total > 0));
	json_object_set_new(data, "WAITING", json_boolean(unknown > 0));
	json_object_set_new(data, "UNBALANCED",
		json_boolean(sum != total || db_true(rows, row, "alarm")));
	json_object_set_new(data, "DONE_PERCENT",
		json_integer(total > 0 ? (total - left) * 100 / total : 0));
	json_object_set_new(data, "DONE_SHARE", staff_json_percent(total - left, total));
}

/* The states in which an action means something; the function of the plan decides again. */
static void set_actions(
	json_t *data, struct str state, bool paused, bool open, bool started)
{
	bool ended = str_eq_z(state, "finished") || str_eq_z(state, "cancelled");
	bool planned = str_eq_z(state, "planned");

	json_object_set_new(data, "CAN_PAUSE",
		json_boolean(!ended && !paused && !str_eq_z(state, "held")));
	json_object_set_new(data, "CAN_RESUME", json_boolean(!ended && paused));
	json_object_set_new(data, "CAN_SEND", json_boolean(planned && !paused && open));
	json_object_set_new(data, "CAN_MOVE", json_boolean(!ended));
	json_object_set_new(data, "CAN_CANCEL", json_boolean(!ended));
	json_object_set_new(data, "CAN_TRY", json_boolean(!started && !ended));
	json_object_set_new(data, "TOO_LATE", json_boolean(str_eq_z(state, "held")));
}

static char *waits_for(const struct db_rows *rows, size_t row)
{
	struct str kind = db_str(rows, row, "after_kind");
	int64_t days = db_int(rows, row, "after_days");

	if (db_is_null(rows, row, "after_kind"))
		return x_strdup("");
	return x_printf("%lld jour%s après la fin de l’envoi «" NNBSP "%s" NNBSP "»",
		(long long)days, days > 1 ? "s" : "", staff_kind_label(kind));
}

static json_t *stops_at(const struct db_rows *rows, size_t row)
{
	return db_is_null(rows, row, "stop_at_percent")
		? json_string("")
		: staff_json_percent(db_int(rows, row, "stop_at_percent"), 100);
}

json_t *mailing_data(
	const struct staff_step *step, const struct db_rows *rows, size_t row)
{
	const struct staff_edition *edition = &step->edition;
	struct str state = db_str(rows, row, "state");
	bool paused = db_true(rows, row, "paused"),
	     targeted = str_eq_z(db_str(rows, row, "kind"), "targeted");
	bool shown_paused = paused && !str_eq_z(state, "finished");
	struct id16 id;
	char text[37];
	json_t *data;

	db_get_uuid(rows, row, "id", &id);
	uuid_write(text, &id);
	data = json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:b}", "ID", text,
		"KIND", mailing_name(rows, row), "MAILING_STATE",
		staff_mailing_state(state), "STATE_CLASS", state.p, "PAUSED",
		shown_paused, "TARGETED", targeted, "DUE",
		staff_json_time(db_usec(rows, row, "due"), edition->zone), "UNTIL",
		staff_json_time(db_usec(rows, row, "not_after"), edition->zone), "STOP",
		stops_at(rows, row), "OWN_LETTER", db_true(rows, row, "own_letter"));
	must(data);
	set_text(data, "POPULATION",
		mailing_population(step, db_str(rows, row, "audience"),
			db_str(rows, row, "departments"), db_str(rows, row, "types"),
			db_str(rows, row, "received")));
	set_text(data, "AFTER", waits_for(rows, row));
	json_object_set_new(data, "LEAVES",
		staff_json_time(mailing_departure(edition, db_usec(rows, row, "due"),
					db_usec(rows, row, "not_after")),
			edition->zone));
	set_text(data, "DUE_DAY", mailing_day(db_usec(rows, row, "due"), edition->zone));
	/* The end of a day is an instant of the next one when the window ends at 24:00. */
	set_text(data, "UNTIL_DAY",
		mailing_day(db_usec(rows, row, "not_after") - 1, edition->zone));
	set_numbers(data, rows, row);
	set_actions(data, state, paused, strcmp(edition->state, "open") == 0,
		db_int(rows, row, "total") > 0);
	json_object_set_new(
		data, "CANCELLED", json_boolean(str_eq_z(state, "cancelled")));
	return data;
}

json_t *mail_held_data(const struct db_rows *rows, const char *zone)
{
	if (db_count(rows) == 0 || db_is_null(rows, 0, "held"))
		return json_false();
	return json_pack("{s:o, s:b}", "HELD_SINCE",
		staff_json_time(db_usec(rows, 0, "since"), zone), "RESTORED",
		str_eq_z(db_str(rows, 0, "held"), "restored"));
}

json_t *mailing_problems(const struct mailing_problem *all, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (all[i].text)
			json_array_append_new(list,
				json_pack("{s:s, s:s}", "FIELD", all[i].field,
					"FIELD_PROBLEM", all[i].text));
	return list;
}
