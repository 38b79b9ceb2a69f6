/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <math.h>
#include <stdio.h>

#include "barometre/base/buf.h"

const char *rule_comment_key(const struct question *q, char out[COMMENT_KEY_BYTES])
{
	snprintf(out, COMMENT_KEY_BYTES, "%s-Comment", q->name);
	return out;
}

static bool is_other(const json_t *value)
{
	return json_is_string(value) && strcmp(json_string_value(value), "other") == 0;
}

bool rule_other_chosen(const json_t *answer)
{
	for (size_t i = 0; i < json_array_size(answer); i++)
		if (is_other(json_array_get(answer, i)))
			return true;
	return is_other(answer);
}

/* Bytes of an invisible character at `p` that must not be stored: C0, DEL, C1, the line separators and the
 * byte order mark. 0 when it may stay. Newline and tab are looked at by the caller. */
static size_t control_length(struct str s, size_t at)
{
	unsigned char c = (unsigned char)s.p[at];
	unsigned char d = at + 1 < s.n ? (unsigned char)s.p[at + 1] : 0;
	unsigned char e = at + 2 < s.n ? (unsigned char)s.p[at + 2] : 0;
	if (c < 0x20 || c == 0x7f)
		return 1;
	if (c == 0xc2 && d >= 0x80 && d <= 0x9f)
		return 2;
	if ((c == 0xe2 && d == 0x80 && (e == 0xa8 || e == 0xa9)) ||
		(c == 0xef && d == 0xbb && e == 0xbf))
		return 3;
	return 0;
}

static struct str trim_all(struct str s)
{
	/* The no-break spaces of a copied text are no answer either. */
	static const char *const spaces[] = {" ", "\n", "\xc2\xa0", "\xe2\x80\xaf"};
	for (size_t i = 0; i < COUNT_OF(spaces); i++) {
		struct str one = str_of(spaces[i]);
		bool front = str_starts(s, one);
		bool back = !front && s.n >= one.n &&
			memcmp(s.p + s.n - one.n, one.p, one.n) == 0;
		if (front || back) {
			s = (struct str){front ? s.p + one.n : s.p, s.n - one.n};
			i = (size_t)-1;
		}
	}
	return s;
}

char *rule_clean(struct str s, bool lines)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(s.n + 1);
	for (size_t i = 0; i < s.n;) {
		size_t skip = control_length(s, i);
		bool newline = s.p[i] == '\n' || s.p[i] == '\r' ||
			(skip == 3 && (unsigned char)s.p[i] == 0xe2);
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
			skip = 2;
		if (newline)
			buf_addc(&out, lines ? '\n' : ' ');
		else if (s.p[i] == '\t')
			buf_addc(&out, ' ');
		else if (skip == 0)
			buf_addc(&out, s.p[i]);
		i += skip ? skip : 1;
	}
	return str_dup(trim_all(buf_str(&out)));
}

bool rule_is_clean(struct str s, bool lines)
{
	for (size_t i = 0; i < s.n; i++)
		if (control_length(s, i) > 0 && !(lines && s.p[i] == '\n'))
			return false;
	return s.n > 0 && trim_all(s).n == s.n;
}

bool rule_has_lines(const struct question *q)
{
	return q->type == QUESTION_COMMENT;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One label of a domain: 1 to 63 letters, digits and hyphens, none at the ends. */
static bool is_label(struct str s)
{
	if (s.n == 0 || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

bool rule_is_email(struct str s)
{
	struct str rest = s, local, label;
	if (!str_cut(&rest, '@', &local) || !rest.p || local.n == 0)
		return false;
	for (size_t i = 0; i < local.n; i++)
		if (!is_alnum(local.p[i]) &&
			!memchr(".!#$%&'*+/=?^_`{|}~-", local.p[i], 20))
			return false;
	while (str_cut(&rest, '.', &label))
		if (!is_label(label))
			return false;
	return true;
}

bool rule_is_tel(struct str s)
{
	size_t digits = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (is_digit(s.p[i]))
			digits++;
		else if (!memchr(" .-/()+", s.p[i], 7) || (s.p[i] == '+' && i > 1))
			return false;
	}
	return digits >= 6 && digits <= 15;
}

bool rule_is_date(struct str s)
{
	char text[11];
	struct civil day;
	if (s.n != 10)
		return false;
	memcpy(text, s.p, 10);
	text[10] = '\0';
	return civil_parse_date(text, &day);
}

bool rule_is_month(struct str s)
{
	char text[11];
	if (s.n != 7)
		return false;
	memcpy(text, s.p, 7);
	memcpy(text + 7, "-01", 3);
	return rule_is_date((struct str){text, 10});
}

bool rule_number_fits(const struct question *q, double x)
{
	if (!isfinite(x) || fabs(x) > 1e15 || (q->has_min && x < q->min) ||
		(q->has_max && x > q->max))
		return false;
	if (q->type != QUESTION_RATING)
		return true;
	double steps = (x - q->min) / q->step;
	return fabs(steps - round(steps)) < 1e-9;
}

bool rule_parse_number(struct str s, double *ret)
{
	char text[40];
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		struct str rest = {s.p + i, s.n - i};
		size_t space = str_starts(rest, STR(" "))       ? 1
			: str_starts(rest, STR("\xc2\xa0"))     ? 2
			: str_starts(rest, STR("\xe2\x80\xaf")) ? 3
			: str_starts(rest, STR("\xe2\x80\x89")) ? 3
								: 0;
		i += space ? space : 1;
		if (space)
			continue;
		if (n + 1 >= sizeof(text))
			return false;
		text[n++] = rest.p[0];
	}
	return str_parse_decimal((struct str){text, n}, ret);
}

json_t *rule_number(double x)
{
	if (x == trunc(x) && fabs(x) < 9007199254740992.0)
		return json_integer((json_int_t)x);
	return json_real(x);
}

bool rule_code_fits(const struct question *q, struct str code)
{
	return question_find_choice(q, code) || (q->has_other && str_eq_z(code, "other"));
}

bool rule_matrix_complete(const struct question *q, const json_t *answer)
{
	if (!q->each_row_required)
		return json_object_size(answer) > 0;
	for (size_t i = 0; i < q->row_count; i++)
		if (!json_object_get(answer, q->rows[i].code))
			return false;
	return true;
}

bool answer_is_empty(const json_t *answer)
{
	if (!answer || json_is_null(answer))
		return true;
	if (json_is_string(answer))
		return json_string_length(answer) == 0;
	if (json_is_array(answer))
		return json_array_size(answer) == 0;
	if (!json_is_object(answer))
		return false;
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)answer, key, value) {
		if (!answer_is_empty(value))
			return false;
	}
	return true;
}
