/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as French people read them (statistics.h). Never asks the locale. */
#include <math.h>
#include <stdio.h>

#include "barometre/report/statistics.h"

#define THIN "\u202f"
#define MINUS "\u2212"

struct percent percent_show(int64_t count, int64_t base)
{
	int64_t number = percent_of(count, base);

	if (number < 0)
		return (struct percent){-1, PERCENT_NONE};
	if (number == 100 && count < base)
		return (struct percent){99, PERCENT_OVER_99};
	if (number == 0 && count > 0)
		return (struct percent){1, PERCENT_UNDER_1};
	return (struct percent){number, PERCENT_EQUAL};
}

enum base_mark base_mark(int64_t base)
{
	if (base < BASE_SHOWN)
		return BASE_TOO_SMALL;
	return base < BASE_TESTED ? BASE_SMALL : BASE_NORMAL;
}

const char *base_mark_text(enum base_mark mark)
{
	return mark == BASE_SMALL ? "effectif faible" : "";
}

void percent_text(struct buf *out, struct percent percent)
{
	if (percent.mark == PERCENT_NONE) {
		buf_puts(out, "\u2013");
		return;
	}
	if (percent.mark == PERCENT_OVER_99)
		buf_puts(out, ">" THIN);
	else if (percent.mark == PERCENT_UNDER_1)
		buf_puts(out, "<" THIN);
	buf_printf(out, "%lld" THIN "%%", (long long)percent.number);
}

/* Digits in threes, from four on: numbers of a column are one below the other. */
static void whole_text(struct buf *out, uint64_t whole)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)whole);

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			buf_puts(out, THIN);
		buf_addc(out, digits[i]);
	}
}

void number_text(struct buf *out, double value, int decimals)
{
	uint64_t unit = 1, scaled, part;

	must(decimals >= 0 && decimals <= 9 && isfinite(value));
	for (int i = 0; i < decimals; i++)
		unit *= 10;
	must(fabs(value) * (double)unit < 9e15); /* whole numbers that a double holds */
	scaled = (uint64_t)llround(fabs(value) * (double)unit);
	if (value < 0 && scaled > 0)
		buf_puts(out, MINUS);
	whole_text(out, scaled / unit);
	part = scaled % unit;
	if (decimals > 0)
		buf_printf(out, ",%0*llu", decimals, (unsigned long long)part);
}

void points_text(struct buf *out, double difference)
{
	/* Half a point goes away from zero, also where the division fell just short of it. */
	double points = round(100 * difference + copysign(1e-9, difference));

	if (points > 0)
		buf_addc(out, '+');
	number_text(out, points, 0);
	buf_puts(out, fabs(points) < 2 ? " point" : " points");
}

void interval_text(struct buf *out, struct interval interval, int decimals)
{
	buf_addc(out, '[');
	number_text(out, 100 * interval.low, decimals);
	buf_puts(out, THIN "%" THIN "; ");
	number_text(out, 100 * interval.high, decimals);
	buf_puts(out, THIN "%]");
}
