/* SPDX-License-Identifier: Apache-2.0 */
/* What people write: texts, numbers, dates, addresses, places. */
#include "page.h"

static json_t *refuse(struct page_reader *r, const char *row, char *message)
{
	page_problem(r, row, message);
	return NULL;
}

/* "22/11/2026" becomes "2026-11-22", "11/2026" becomes "2026-11", with / . - or a space: browsers without a date
 * field let people write as they do. Anything else is returned as it is. */
static char *iso_date(struct str s)
{
	uint64_t number[3] = {0};
	size_t n = 0, digits = 0;
	for (size_t i = 0; i <= s.n; i++) {
		bool end = i == s.n || strchr("/.- ", s.p[i]);
		if (!end && (s.p[i] < '0' || s.p[i] > '9' || digits == 4))
			return str_dup(s);
		if (!end) {
			number[n] = 10 * number[n] + (uint64_t)(s.p[i] - '0');
			digits++;
			continue;
		}
		if (digits == 0 || n == 3 || (i < s.n && digits > 2) ||
			(i == s.n && digits != 4))
			return str_dup(s);
		if (i < s.n && ++n == 3)
			return str_dup(s);
		digits = i < s.n ? 0 : digits;
	}
	if (n == 2 && number[0] <= 31 && number[1] <= 12)
		return x_printf("%04u-%02u-%02u", (unsigned)number[2],
			(unsigned)number[1], (unsigned)number[0]);
	if (n == 1 && number[0] <= 12)
		return x_printf("%04u-%02u", (unsigned)number[1], (unsigned)number[0]);
	return str_dup(s);
}

/* Written like a date, but of no calendar: 30/02/2026. */
static bool looks_like_date(const char *iso)
{
	return strlen(iso) == 10 && iso[4] == '-' && iso[7] == '-';
}

static json_t *read_date(struct page_reader *r, const char *row, bool month, struct str s)
{
	SCOPED(free_char) char *iso = iso_date(s);
	if (month ? rule_is_month(str_of(iso)) : rule_is_date(str_of(iso)))
		return json_string(iso);
	if (month)
		return refuse(r, row,
			x_strdup(words(r->language,
				"Indiquez le mois et l’année, par exemple 11/2026.")));
	if (looks_like_date(iso))
		return refuse(r, row,
			x_strdup(words(r->language,
				"Cette date n’existe pas dans le calendrier\u202f: vérifiez "
				"le jour et le mois.")));
	return refuse(r, row,
		x_strdup(words(r->language,
			"Indiquez le jour, le mois et l’année, par exemple 22/11/2026.")));
}

static json_t *read_number(
	struct page_reader *r, const struct question *kind, const char *row, struct str s)
{
	double x = 0;
	bool is_number = rule_parse_number(s, &x);
	if (is_number && rule_number_fits(kind, x))
		return rule_number(x);
	return refuse(r, row,
		kind->type == QUESTION_RATING
			? page_message_not_listed(r->language)
			: page_message_number(r->language, kind, is_number));
}

json_t *page_read_value(
	struct page_reader *r, const struct question *kind, const char *row, struct str s)
{
	size_t count = str_count_chars(s);
	if (kind->type == QUESTION_RATING || kind->input == INPUT_NUMBER)
		return read_number(r, kind, row, s);
	if (kind->input == INPUT_DATE || kind->input == INPUT_MONTH)
		return read_date(r, row, kind->input == INPUT_MONTH, s);
	if (count > kind->max_length)
		return refuse(r, row,
			page_message_too_long(r->language, kind->max_length, count));
	if (kind->input == INPUT_EMAIL && !rule_is_email(s))
		return refuse(r, row, page_message_email(r->language, s));
	if (kind->input == INPUT_TEL && !rule_is_tel(s))
		return refuse(r, row,
			x_strdup(words(r->language,
				"Vérifiez ce numéro de téléphone\u202f: il s’écrit comme "
				"06\u00a012\u00a034\u00a056\u00a078.")));
	return json_stringn(s.p, s.n);
}

json_t *page_read_text(struct page_reader *r)
{
	SCOPED(free_char)
	char *text = rule_clean(page_field(r, ""), rule_has_lines(r->q));
	if (!text[0])
		return NULL;
	json_t *answer = page_read_value(r, r->q, NULL, str_of(text));
	if (!answer)
		page_keep_typed(r, "", str_of(text));
	return answer;
}

/* A number that is the postcode of one commune and the INSEE code of another is a postcode to whoever types it, and
 * a code to a program: it is asked back. */
static size_t search_locality(
	struct str s, const struct commune **list, size_t max, bool *ret_exact)
{
	size_t n = commune_search(s, list, max, ret_exact);
	const struct commune *coded = commune_find(s);
	if (!coded)
		return n;
	for (size_t i = 0; i < n; i++)
		if (list[i] == coded)
			return n;
	*ret_exact = true;
	list[n < max ? n : max - 1] = coded;
	return n < max ? n + 1 : max;
}

static bool starts_with_digit(struct str s)
{
	return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9';
}

static json_t *ask_locality(struct page_reader *r, struct str s,
	const struct commune **list, size_t n, bool exact)
{
	const char *message = WORDS(
		"Nous n’avons pas trouvé exactement cette commune en Occitanie\u202f: "
		"est-ce l’une de celles-ci\u202f? Si elle se trouve ailleurs, remplissez "
		"«\u202fHors Occitanie\u202f».");
	if (n == 0)
		message = WORDS(
			"Nous ne trouvons pas cette commune en Occitanie. Vérifiez son nom ou "
			"essayez son code postal\u202f; si elle se trouve ailleurs, remplissez "
			"«\u202fHors Occitanie\u202f».");
	else if (exact && starts_with_digit(s))
		message = WORDS(
			"Plusieurs communes ont ce code\u202f: choisissez la vôtre, ou "
			"écrivez son nom.");
	else if (exact)
		message = WORDS(
			"Plusieurs communes portent ce nom\u202f: choisissez la vôtre.");
	page_keep_typed(r, "", s);
	struct problem *p = page_problem(r, NULL, x_strdup(words(r->language, message)));
	for (size_t i = 0; i < n; i++)
		p->suggestions[i] = list[i];
	p->suggestion_count = n;
	return NULL;
}

json_t *page_read_locality(struct page_reader *r)
{
	const struct commune *list[COUNT_OF(((struct problem *)0)->suggestions)];
	bool exact = false;
	struct str outside = page_field(r, ".hors"), pick = page_field(r, ".choix");
	SCOPED(free_char) char *text = rule_clean(page_field(r, ""), false);
	struct str s = str_of(text);
	if (pick.n > 0 && place_is_code(pick))
		return json_stringn(pick.p, pick.n);
	if (outside.n > 0) {
		const struct department *d = department_search(outside);
		if (d && !d->occitanie)
			return json_sprintf("dep:%s", d->code);
		page_keep_typed(r, ".hors", outside);
		page_keep_typed(r, "", s);
		return refuse(r, NULL,
			x_strdup(words(r->language,
				"Nous ne trouvons pas ce département hors d’Occitanie\u202f: écrivez "
				"son nom ou son numéro, par exemple 75, ou le nom de la commune si "
				"elle se trouve en Occitanie.")));
	}
	if (s.n == 0)
		return NULL;
	if (str_starts(s, STR("dep:")) && place_is_code(s))
		return json_stringn(s.p, s.n);
	size_t n = search_locality(s, list, COUNT_OF(list), &exact);
	if (n == 1 && exact)
		return json_string(list[0]->code);
	return ask_locality(r, s, list, n, exact);
}
