/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_chart.c - answers by day as bars: personal links below, open links above. The drawing is for eyes; the same numbers
 * stand in a table beside it (staff_chart.html).
 *
 * Coordinates are tenths of a unit, written with a point; the page holds no style attribute (CSP).
 */
#include <stdio.h>
#include <stdlib.h>

#include "staff_private.h"

#define WIDTH 640
#define LEFT 46 /* room for the scale */
#define RIGHT 632
#define TOP 30 /* room for the names of mailings */
#define BOTTOM 196
#define MOST_BARS 92
#define MARKS 8

struct chart_day {
	int64_t day, personal, open;
};
struct chart {
	struct chart_day *days; /* in order */
	size_t count;
	struct {
		int64_t day;
		const char *label;
	} marks[MARKS];
	size_t mark_count;
};

struct chart *chart_new(void)
{
	return x_calloc(1, sizeof(struct chart));
}

void chart_free(struct chart *chart)
{
	if (!chart)
		return;
	free(chart->days);
	free(chart);
}

void chart_add(struct chart *chart, int64_t day, bool open_link, int64_t n)
{
	size_t at = chart->count;

	while (at > 0 && chart->days[at - 1].day > day)
		at--;
	if (at == 0 || chart->days[at - 1].day != day) {
		chart->days = x_realloc(
			chart->days, (chart->count + 1) * sizeof(*chart->days));
		memmove(chart->days + at + 1, chart->days + at,
			(chart->count - at) * sizeof(*chart->days));
		chart->days[at] = (struct chart_day){.day = day};
		chart->count++;
		at++;
	}
	if (open_link)
		chart->days[at - 1].open += n;
	else
		chart->days[at - 1].personal += n;
}

void chart_mark(struct chart *chart, int64_t day, const char *label)
{
	if (chart->mark_count == MARKS)
		return;
	chart->marks[chart->mark_count].day = day;
	chart->marks[chart->mark_count++].label = label;
}

/* ---- drawing ---- */

struct drawing {
	int64_t first; /* day of the first bar */
	int64_t span;  /* days a bar */
	int64_t bars;
	int64_t top, step; /* of the scale */
};

static json_t *tenths(int64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld.%lld", (long long)(value / 10),
		(long long)(value % 10));
	return json_string(text);
}

static int64_t x_of(const struct drawing *d, int64_t bar)
{
	return LEFT * 10 + bar * (RIGHT - LEFT) * 10 / d->bars;
}

static int64_t height_of(const struct drawing *d, int64_t n)
{
	return n * (BOTTOM - TOP) * 10 / d->top;
}

/* 1, 2, 5, 10, 20, 50…: the first that makes at most four lines. */
static void choose_scale(struct drawing *d, int64_t most)
{
	static const int64_t heads[] = {1, 2, 5};
	int64_t power = 1;
	size_t head = 0;

	while (heads[head] * power * 4 < most) {
		head = (head + 1) % COUNT_OF(heads);
		power *= head == 0 ? 10 : 1;
	}
	d->step = heads[head] * power;
	d->top = (most + d->step - 1) / d->step * d->step;
	if (d->top == 0)
		d->top = d->step;
}

static json_t *draw_scale(const struct drawing *d)
{
	json_t *lines = json_array();

	for (int64_t n = 0; n <= d->top; n += d->step) {
		int64_t y = BOTTOM * 10 - height_of(d, n);

		json_array_append_new(lines,
			json_pack("{s:o, s:o, s:o}", "LINE_Y", tenths(y), "WORD_Y",
				tenths(y + 40), "LINE_N", staff_json_number(n)));
	}
	return lines;
}

static json_t *draw_marks(const struct chart *chart, const struct drawing *d)
{
	json_t *list = json_array();
	int64_t last_x = -10000;
	bool low = false;

	for (size_t i = 0; i < chart->mark_count; i++) {
		int64_t bar = (chart->marks[i].day - d->first) / d->span, x;

		if (chart->marks[i].day < d->first || bar >= d->bars)
			continue;
		x = x_of(d, bar) + (x_of(d, bar + 1) - x_of(d, bar)) / 2;
		low = x - last_x < 700 &&
			!low; /* names too near one another stand on two lines */
		last_x = x;
		json_array_append_new(list,
			json_pack("{s:o, s:s, s:i, s:s}", "MARK_X", tenths(x),
				"MARK_LABEL", chart->marks[i].label, "MARK_Y",
				low ? 24 : 12, "MARK_ANCHOR",
				bar * 10 > d->bars * 9       ? "end"
					: bar * 10 < d->bars ? "start"
							     : "middle"));
	}
	return list;
}

static json_t *draw_bar(const struct drawing *d, int64_t bar, const struct chart_day *sum)
{
	int64_t x = x_of(d, bar), width = x_of(d, bar + 1) - x;
	int64_t gap = width > 60 ? width / 5 : width / 10;
	int64_t personal = height_of(d, sum->personal), open = height_of(d, sum->open);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "BAR_X", tenths(x + gap / 2),
		"BAR_W", tenths(width - gap), "BAR_Y", tenths(BOTTOM * 10 - personal),
		"BAR_H", tenths(personal), "OPEN_Y",
		tenths(BOTTOM * 10 - personal - open), "OPEN_H", tenths(open));
}

static json_t *table_row(int64_t day, const struct chart_day *sum, int64_t so_far)
{
	SCOPED(free_char) char *label = staff_short_day(day);

	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "DAY", label, "DAY_PERSONAL",
		staff_json_number(sum->personal), "DAY_OPEN",
		staff_json_number(sum->open), "DAY_TOTAL",
		staff_json_number(sum->personal + sum->open), "SO_FAR",
		staff_json_number(so_far));
}

static struct chart_day sum_of(const struct chart *chart, int64_t from, int64_t to)
{
	struct chart_day sum = {.day = from};

	for (size_t i = 0; i < chart->count; i++) {
		if (chart->days[i].day < from || chart->days[i].day >= to)
			continue;
		sum.personal += chart->days[i].personal;
		sum.open += chart->days[i].open;
	}
	return sum;
}

static struct drawing plan_of(const struct chart *chart, int64_t first, int64_t last)
{
	struct drawing d = {.step = 1};
	int64_t most = 0;

	if (chart->count > 0 && chart->days[0].day < first)
		first = chart->days[0].day;
	if (chart->count > 0 && chart->days[chart->count - 1].day > last)
		last = chart->days[chart->count - 1].day;
	if (last < first)
		last = first;
	d.first = first;
	d.span = (last - first) / MOST_BARS + 1;
	d.bars = (last - first) / d.span + 1;
	for (int64_t bar = 0; bar < d.bars; bar++) {
		struct chart_day sum = sum_of(
			chart, first + bar * d.span, first + (bar + 1) * d.span);

		most = sum.personal + sum.open > most ? sum.personal + sum.open : most;
	}
	choose_scale(&d, most > 4 ? most : 4);
	return d;
}

static char *describe(const struct chart *chart, const struct drawing *d)
{
	struct chart_day all = sum_of(chart, INT64_MIN, INT64_MAX);
	SCOPED(free_char) char *from = staff_short_day(d->first);
	SCOPED(free_char) char *to = staff_short_day(d->first + d->bars * d->span - 1);
	SCOPED(free_char)
	char *total = staff_plural(all.personal + all.open, "réponse", "réponses");
	char open[40];

	staff_number(open, all.open);
	return x_printf("Réponses reçues du %s au %s" NNBSP
			": %s, dont %s par lien ouvert. Le tableau qui suit donne les "
			"mêmes chiffres.",
		from, to, total, open);
}

json_t *chart_data(const struct chart *chart, int64_t first_day, int64_t last_day)
{
	struct drawing d = plan_of(chart, first_day, last_day);
	json_t *bars = json_array(), *rows = json_array(), *data;
	int64_t so_far = 0;
	SCOPED(free_char) char *text = describe(chart, &d);
	SCOPED(free_char) char *from = staff_short_day(d.first);
	SCOPED(free_char) char *to = staff_short_day(d.first + d.bars * d.span - 1);

	for (int64_t bar = 0; bar < d.bars; bar++) {
		int64_t day = d.first + bar * d.span;
		struct chart_day sum = sum_of(chart, day, day + d.span);

		if (sum.personal + sum.open == 0)
			continue;
		so_far += sum.personal + sum.open;
		json_array_append_new(bars, draw_bar(&d, bar, &sum));
		json_array_append_new(rows, table_row(day, &sum, so_far));
	}
	data = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "_template",
		"staff_chart.html", "ALT", text, "FIRST_DAY", from, "LAST_DAY", to,
		"SCALE", draw_scale(&d), "MARKS", draw_marks(chart, &d), "BARS", bars,
		"DAYS", rows, "BY_SPAN", d.span > 1);
	json_object_set_new(data, "SPAN", json_integer(d.span));
	return data;
}
