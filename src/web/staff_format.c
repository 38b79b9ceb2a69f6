/* SPDX-License-Identifier: Apache-2.0 */
/* staff_format.c - figures, dates and codes in the words of the people who read the staff site. */
#include <stdio.h>
#include <stdlib.h>

#include "barometre/report/statistics.h"
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
	struct buf text SCOPED(buf_release) = BUF_LIMIT(39);

	number_text(&text, (double)n, 0);
	(void)snprintf(out, 40, "%s", buf_str(&text).p);
}

json_t *staff_json_number(int64_t n)
{
	char text[40];

	staff_number(text, n);
	return json_string(text);
}

json_t *staff_json_percent(int64_t part, int64_t whole)
{
	struct buf text SCOPED(buf_release) = BUF_LIMIT(40);

	percent_text(&text, percent_show(part, whole));
	return json_string(buf_str(&text).p);
}

json_t *staff_json_time(usec_t at, const char *zone)
{
	SCOPED(free_char) char *text = clock_french_time(at, zone);

	return json_string(text);
}

char *staff_day(const char *iso)
{
	struct civil day;

	return civil_parse_date(iso, &day) ? civil_date(language_french(), day)
					   : x_strdup("");
}

json_t *staff_json_day(const char *iso)
{
	SCOPED(free_char) char *text = staff_day(iso);

	return json_string(text);
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
