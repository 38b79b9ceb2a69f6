/* SPDX-License-Identifier: Apache-2.0 */
/* respond_typed.c - what was posted and could not be kept, shown to its author in the words of the questionnaire. */

#include "barometre/form/place.h"
#include "respond_private.h"

/* Without a questionnaire only texts are worth reading: codes, tokens and our own fields are not. */
static bool is_text(const struct form_pair *pair)
{
	static const char *const ours[] = {"token", "code", "shown", "vu", NULL};

	if (str_is_one_of(pair->name, ours))
		return false;
	for (size_t i = 0; i < pair->value.n; i++)
		if (pair->value.p[i] == ' ')
			return true;
	return pair->value.n > 12;
}

/* A field's name is a question's, then "-Comment", ".row", ".item", ".choice", ".hors" or ".choix" (answer.h). */
static const struct question *question_of(
	const struct form *form, struct str name, struct str *ret_rest)
{
	size_t n = 0;

	while (n < name.n && name.p[n] != '.' && name.p[n] != '-')
		n++;
	*ret_rest = (struct str){name.p + n, name.n - n};
	return form_find(form, (struct str){name.p, n});
}

/* Without the answers that its title may speak of: they are not at hand here. */
static char *label_of(
	const struct form *form, const struct question *question, struct str rest)
{
	SCOPED(free_char)
	char *title = answers_fill(form, question->title, NULL, 0, false);
	const char *part = NULL;

	if (str_eq_z(rest, "-Comment"))
		part = question->other_text;
	else if (rest.n > 1)
		part = question_part_title(
			question, (struct str){rest.p + 1, rest.n - 1});
	return part ? x_printf("%s – %s", title, part) : x_strdup(title);
}

static char *text_of(const struct question *question, struct str rest, struct str value)
{
	const struct choice *choice = question_find_choice(question, value);
	bool of_list = rest.n == 0 || question->type == QUESTION_MATRIX;

	if (question->role == ROLE_LOCALITY) {
		SCOPED(free_char)
		char *code = x_printf("%s%.*s", str_eq_z(rest, ".hors") ? "dep:" : "",
			(int)value.n, value.p);
		char *place = place_label(str_of(code));

		return place ? place : x_strndup(value.p, value.n);
	}
	if (of_list && choice)
		return x_strdup(choice->text);
	if (of_list && question->has_other && str_eq_z(value, "other"))
		return x_strdup(question->other_text);
	return x_strndup(value.p, value.n);
}

/* Ticks of one question become one line. */
static void add_line(json_t *list, const char *label, const char *text)
{
	json_t *last = json_array_get(list, json_array_size(list) - 1);
	const char *before = json_string_value(json_object_get(last, "LABEL"));

	if (before && strcmp(before, label) == 0) {
		SCOPED(free_char)
		char *both = x_printf(
			"%s, %s", json_string_value(json_object_get(last, "TEXT")), text);

		json_object_set_new(last, "TEXT", json_string(both));
		return;
	}
	json_array_append_new(
		list, json_pack("{s:s, s:s}", "LABEL", label, "TEXT", text));
}

json_t *info_typed(
	const struct exchange *exchange, const struct form_pair *pairs, size_t count)
{
	const struct form *form = exchange_form(exchange);
	json_t *list = json_array();
	int unnamed = 0;

	for (size_t i = 0; i < count; i++) {
		struct str rest;
		const struct question *question = form
			? question_of(form, pairs[i].name, &rest)
			: NULL;

		if (question && pairs[i].value.n > 0) {
			SCOPED(free_char) char *label = label_of(form, question, rest);
			SCOPED(free_char)
			char *text = text_of(question, rest, pairs[i].value);

			add_line(list, label, text);
		} else if (!form && is_text(&pairs[i])) {
			SCOPED(free_char) char *n = x_printf("%d", ++unnamed);
			SCOPED(free_char)
			char *label = words_fill(
				exchange_language(exchange), "Réponse {n}", "n", n, NULL);
			SCOPED(free_char)
			char *text = x_strndup(pairs[i].value.p, pairs[i].value.n);

			add_line(list, label, text);
		}
	}
	return list;
}
