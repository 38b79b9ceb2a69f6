/* SPDX-License-Identifier: Apache-2.0 */
/* Questions of a posted page that have several fields: "q.row", "q.item", "q.code". */
#include <stdlib.h>

#include "page.h"

json_t *page_read_matrix(struct page_reader *r)
{
	const struct question *q = r->q;
	json_t *answer = json_object(), *typed = json_object();
	for (size_t i = 0; i < q->row_count; i++) {
		struct str code = page_part(r, q->rows[i].code);
		if (code.n == 0)
			continue;
		json_object_set_new(typed, q->rows[i].code, json_stringn(code.p, code.n));
		if (question_find_choice(q, code))
			json_object_set_new(
				answer, q->rows[i].code, json_stringn(code.p, code.n));
		else
			page_problem(
				r, q->rows[i].code, page_message_not_listed(r->language));
	}
	bool forged = r->refused;
	for (size_t i = 0; i < q->row_count && q->each_row_required; i++)
		if (r->check_required && !json_object_get(typed, q->rows[i].code))
			page_problem(r, q->rows[i].code,
				x_strdup(words(r->language,
					"Choisissez une réponse pour cette ligne.")));
	if (forged)
		json_object_set(r->typed, q->name, typed);
	json_decref(typed);
	if (!forged && json_object_size(answer) > 0)
		return answer;
	json_decref(answer);
	return NULL;
}

/* A field of a multipletext as the question it would be alone. */
static struct question item_kind(const struct text_item *item)
{
	return (struct question){
		.name = item->code,
		.type = QUESTION_TEXT,
		.input = item->input,
		.required = item->required,
		.has_min = item->has_min,
		.has_max = item->has_max,
		.min = item->min,
		.max = item->max,
		.max_length = item->max_length,
	};
}

/* One field: into `answer` when it is right. */
static void read_item(struct page_reader *r, const struct text_item *item, json_t *answer,
	json_t *typed)
{
	struct question kind = item_kind(item);
	SCOPED(free_char) char *text = rule_clean(page_part(r, item->code), false);
	if (!text[0])
		return;
	json_object_set_new(typed, item->code, json_string(text));
	json_t *value = page_read_value(r, &kind, item->code, str_of(text));
	if (value)
		json_object_set_new(answer, item->code, value);
}

json_t *page_read_multipletext(struct page_reader *r)
{
	const struct question *q = r->q;
	json_t *answer = json_object(), *typed = json_object();
	for (size_t i = 0; i < q->item_count; i++)
		read_item(r, &q->items[i], answer, typed);
	bool refused = r->refused;
	for (size_t i = 0; i < q->item_count && r->check_required; i++) {
		struct question kind = item_kind(&q->items[i]);
		if (kind.required && !json_object_get(typed, kind.name))
			page_problem(r, q->items[i].code,
				page_message_missing(r->language, &kind));
	}
	if (refused)
		json_object_set(r->typed, q->name, typed);
	json_decref(typed);
	if (!refused && json_object_size(answer) > 0)
		return answer;
	json_decref(answer);
	return NULL;
}

/* ---- ranking ---- */

/* What is offered, and the place each was given: 0 for none, SIZE_MAX for what is no place. */
struct ranked {
	const struct choice *choice;
	size_t place;
};

static void refuse_place(struct page_reader *r, const struct ranked *one, size_t count)
{
	SCOPED(free_char) char *most = x_printf("%zu", count);
	page_problem(r, one->choice->code,
		one->place == 0
			? words_fill(r->language,
				  "Donnez aussi une place à «\u202f{choix}\u202f», de "
				  "1 à {n}.",
				  "choix", one->choice->text, "n", most, NULL)
			: words_fill(r->language,
				  "La place de «\u202f{choix}\u202f» est un nombre de "
				  "1 à {n}, sans virgule.",
				  "choix", one->choice->text, "n", most, NULL));
}

static void refuse_double(
	struct page_reader *r, const struct ranked *one, const struct ranked *two)
{
	SCOPED(free_char) char *place = x_printf("%zu", one->place);
	page_problem(r, two->choice->code,
		words_fill(r->language,
			"«\u202f{un}\u202f» et «\u202f{autre}\u202f» ont la même place "
			"({n})\u202f: donnez-en une autre à l’une des deux.",
			"un", one->choice->text, "autre", two->choice->text, "n", place,
			NULL));
}

/* Every place once. All that is wrong is said at once, each at its field. */
static void check_places(struct page_reader *r, const struct ranked *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].place == 0 || list[i].place > count) {
			refuse_place(r, &list[i], count);
			continue;
		}
		for (size_t j = 0; j < i; j++)
			if (list[j].place == list[i].place) {
				refuse_double(r, &list[j], &list[i]);
				break;
			}
	}
}

static size_t read_place(struct str text)
{
	uint64_t place = 0;
	if (text.n == 0)
		return 0;
	if (!str_parse_u64(text, &place) || place == 0 || place > 1000)
		return SIZE_MAX;
	return (size_t)place;
}

static json_t *in_order(const struct ranked *list, size_t count)
{
	json_t *answer = json_array();
	for (size_t place = 1; place <= count; place++)
		for (size_t i = 0; i < count; i++)
			if (list[i].place == place)
				json_array_append_new(
					answer, json_string(list[i].choice->code));
	return answer;
}

/* All or nothing: an order of a part would say about the rest what nobody said. */
json_t *page_read_ranking(struct page_reader *r)
{
	const struct question *q = r->q;
	struct ranked *list = x_calloc(q->choice_count + 1, sizeof(*list));
	json_t *typed = json_object(), *answer = NULL;
	size_t count = 0;
	for (size_t i = 0; i < q->choice_count; i++) {
		struct str text = page_part(r, q->choices[i].code);
		if (!walk_offers(r->walk, &q->choices[i]))
			continue;
		list[count++] = (struct ranked){&q->choices[i], read_place(text)};
		if (text.n > 0)
			json_object_set_new(
				typed, q->choices[i].code, json_stringn(text.p, text.n));
	}
	if (json_object_size(typed) > 0) {
		check_places(r, list, count);
		if (r->refused)
			json_object_set(r->typed, q->name, typed);
		else
			answer = in_order(list, count);
	}
	json_decref(typed);
	free(list);
	return answer;
}
