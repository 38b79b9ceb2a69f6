/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <math.h>
#include <stdio.h>

#include "barometre/base/buf.h"
#include "barometre/base/pattern.h"

bool rule_takes_answer(const struct question *q)
{
	return q->type != QUESTION_HTML && q->type != QUESTION_EXPRESSION &&
		q->type != QUESTION_CALCULATED;
}

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

static bool has_every_row(const struct question *q, const json_t *answer)
{
	for (size_t i = 0; i < q->row_count; i++)
		if (!json_object_get(answer, q->rows[i].code))
			return false;
	return true;
}

bool rule_is_answered(const struct question *q, bool required, const json_t *answer)
{
	if (q->type == QUESTION_MATRIX && q->each_row_required)
		return has_every_row(q, answer);
	for (size_t i = 0; i < q->item_count; i++)
		if (q->items[i].required &&
			answer_is_empty(json_object_get(answer, q->items[i].code)))
			return false;
	return !required || !answer_is_empty(answer);
}

static bool in_bounds(const struct validator *v, double x)
{
	return !(v->has_min && x < v->min) && !(v->has_max && x > v->max);
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_digit(s.p[i]))
			return true;
	return false;
}

/* A domain with a dot: what people have at home. */
static bool is_public_email(struct str s)
{
	const char *at = memchr(s.p, '@', s.n);
	return rule_is_email(s) && at && memchr(at, '.', s.n - (size_t)(at - s.p));
}

bool rule_validator_holds(const struct question *q, const struct validator *v,
	const json_t *answer, const struct expr_scope *scope)
{
	struct str s = json_str(answer);
	if (v->kind == VALIDATOR_EXPRESSION)
		return !scope || expr_is_true(v->expression, scope);
	/* What identifies may be sealed already: true stands for it. */
	if (answer_is_empty(answer) || (q->role == ROLE_IDENTIFYING && !s.p))
		return true;
	switch (v->kind) {
	case VALIDATOR_NUMERIC:
		return json_is_number(answer) && in_bounds(v, json_number_value(answer));
	case VALIDATOR_TEXT:
		return s.p && in_bounds(v, (double)str_count_chars(s)) &&
			(v->allow_digits || !has_digit(s));
	case VALIDATOR_ANSWER_COUNT:
		return in_bounds(v, (double)json_array_size(answer));
	case VALIDATOR_REGEX:
		return s.p && pattern_found(v->pattern, s);
	case VALIDATOR_EMAIL:
		return s.p && is_public_email(s);
	case VALIDATOR_EXPRESSION:
		break;
	}
	return true;
}

/* A text of one of the kinds that are typed. */
static const char *input_refusal(enum input_type input, struct str s)
{
	switch (input) {
	case INPUT_DATE:
		return rule_is_date(s) ? NULL : "is no date";
	case INPUT_MONTH:
		return rule_is_month(s) ? NULL : "is no month";
	case INPUT_EMAIL:
		return rule_is_email(s) ? NULL : "is no address";
	case INPUT_TEL:
		return rule_is_tel(s) ? NULL : "is no telephone number";
	case INPUT_TEXT:
	case INPUT_NUMBER:
		break;
	}
	return NULL;
}

const char *rule_text_refusal(
	enum input_type input, bool lines, size_t max_length, struct str s)
{
	if (!rule_is_clean(s, lines))
		return "is empty, untrimmed or holds control characters";
	if (str_count_chars(s) > max_length)
		return "is too long";
	return lines ? NULL : input_refusal(input, s);
}

const char *rule_number_refusal(const json_t *value, bool fits)
{
	if (!json_is_number(value))
		return "is no number";
	if (!fits)
		return "is out of range";
	/* Stored whole when they are: 5.0 would be the same answer written twice. */
	SCOPED(json_drop) json_t *same = rule_number(json_number_value(value));
	return json_typeof(same) == json_typeof(value) ? NULL : "is not in its one form";
}

const char *rule_item_refusal(const struct text_item *item, const json_t *value)
{
	double x = json_number_value(value);
	if (item->input == INPUT_NUMBER)
		return rule_number_refusal(value,
			isfinite(x) && fabs(x) <= 1e15 &&
				!(item->has_min && x < item->min) &&
				!(item->has_max && x > item->max));
	if (!json_is_string(value))
		return "is no text";
	return rule_text_refusal(item->input, false, item->max_length, json_str(value));
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
