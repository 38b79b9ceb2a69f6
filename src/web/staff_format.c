/* SPDX-License-Identifier: Apache-2.0 */
/* staff_format.c - figures, dates and codes in the words of the people who read the staff site. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/privacy/disclose.h"
#include "staff_private.h"

struct word {
	const char *code, *text;
};

static const char *word_of(
	const struct word *words, size_t count, struct str code, const char *other)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(code, words[i].code))
			return words[i].text;
	return other;
}

void staff_set(json_t *content, const char *name, const char *text)
{
	json_object_set_new(content, name, json_string(text ? text : ""));
}

void staff_number(char out[40], int64_t n)
{
	char digits[24];
	size_t length, at = 0;

	(void)snprintf(digits, sizeof(digits), "%lld", (long long)(n < 0 ? -n : n));
	length = strlen(digits);
	if (n < 0)
		out[at++] = '-';
	for (size_t i = 0; i < length && at < 36; i++) {
		if (i > 0 && (length - i) % 3 == 0) {
			memcpy(out + at, NNBSP, 3);
			at += 3;
		}
		out[at++] = digits[i];
	}
	out[at] = '\0';
}

json_t *staff_json_number(int64_t n)
{
	char text[40];

	staff_number(text, n);
	return json_string(text);
}

json_t *staff_json_percent(int64_t part, int64_t whole)
{
	char text[40];

	if (whole <= 0)
		return json_string("–");
	(void)snprintf(text, sizeof(text), "%lld" NNBSP "%%",
		(long long)percent_of(part, whole));
	return json_string(text);
}

json_t *staff_json_time(usec_t at, const char *zone)
{
	SCOPED(free_char) char *text = clock_french_time(at, zone);

	return json_string(text);
}

json_t *staff_json_day(const char *iso)
{
	struct civil day;
	SCOPED(free_char) char *text = NULL;

	if (civil_parse_date(iso, &day))
		text = civil_date(language_french(), day);
	return json_string(text ? text : "");
}

char *staff_plural(int64_t n, const char *one, const char *many)
{
	char text[40];

	staff_number(text, n);
	return x_printf("%s %s", text, n > -2 && n < 2 ? one : many);
}

const char *staff_kind_label(struct str kind)
{
	static const struct word words[] = {{"invitation", "Invitation"},
		{"relance1", "Relance\u00a01"}, {"relance2", "Relance\u00a02"},
		{"relance3", "Relance\u00a03"}, {"targeted", "Envoi ciblé"}};

	return word_of(words, COUNT_OF(words), kind, "Envoi");
}

const char *staff_edition_state(struct str state)
{
	static const struct word words[] = {{"draft", "en préparation"},
		{"open", "ouverte"}, {"closed", "close"}, {"counted", "dépouillée"},
		{"released", "diffusée"}};

	return word_of(words, COUNT_OF(words), state, "");
}

const char *staff_mailing_state(struct str state)
{
	static const struct word words[] = {{"planned", "prévu"}, {"sending", "en cours"},
		{"finished", "terminé"}, {"held", "retenu"}, {"cancelled", "annulé"}};

	return word_of(words, COUNT_OF(words), state, "");
}

const char *staff_task_label(struct str kind)
{
	static const struct word words[] = {{"close", "Clôture"},
		{"count", "Dépouillement"}, {"publish", "Publication des tableaux"},
		{"withdraw", "Retrait des tableaux"}};

	return word_of(words, COUNT_OF(words), kind, "Demande");
}

int64_t staff_days_between(usec_t from, usec_t to, const char *zone)
{
	struct civil a = clock_civil(from, zone), b = clock_civil(to, zone);

	return civil_day_number(b.year, b.month, b.day) -
		civil_day_number(a.year, a.month, a.day);
}

char *staff_short_day(int64_t day_number)
{
	static const char *const months[] = {"janv.", "févr.", "mars", "avr.", "mai",
		"juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."};
	int year, month, day;

	civil_from_day_number(day_number, &year, &month, &day);
	return x_printf("%d%s\u00a0%s", day, day == 1 ? "er" : "", months[month - 1]);
}
