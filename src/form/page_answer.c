/* SPDX-License-Identifier: Apache-2.0 */
/* One question of a posted page of a list: one choice, boxes to tick, yes or no. */
#include "page.h"

static json_t *refuse(struct page_reader *r, struct str typed, char *message)
{
	page_keep_typed(r, "", typed);
	page_problem(r, NULL, message);
	return NULL;
}

static json_t *refuse_unlisted(struct page_reader *r, struct str typed)
{
	return refuse(r, typed, page_message_not_listed(r->language));
}

/* "Autre (précisez)" is called "Autre". */
static struct str other_name(const struct question *q)
{
	const char *end = strstr(q->other_text, " (");
	return end ? (struct str){q->other_text, (size_t)(end - q->other_text)}
		   : str_of(q->other_text);
}

/* The text beside "other": into the answers, or a problem. */
static bool read_comment(struct page_reader *r, struct str text)
{
	char key[COMMENT_KEY_BYTES];
	size_t count = str_count_chars(text);
	struct str name = other_name(r->q);
	if (count > 0 && count <= OTHER_LENGTH) {
		json_object_set_new(r->answers, rule_comment_key(r->q, key),
			json_stringn(text.p, text.n));
		return true;
	}
	page_keep_typed(r, "-Comment", text);
	SCOPED(free_char) char *quoted = str_dup(name);
	page_problem(r, NULL,
		count == 0 ? words_fill(r->language,
				     "Précisez votre réponse «\u202f{choix}\u202f».",
				     "choix", quoted, NULL)
			   : page_message_too_long(r->language, OTHER_LENGTH, count));
	return false;
}

json_t *page_read_choice(struct page_reader *r)
{
	const struct question *q = r->q;
	struct str code = page_field(r, "");
	SCOPED(free_char) char *comment = rule_clean(page_field(r, "-Comment"), false);
	/* Whoever writes beside "other" without choosing anything means it. */
	if (code.n == 0 && q->has_other && comment[0])
		code = STR("other");
	if (code.n == 0)
		return NULL;
	if (!rule_code_fits(q, code))
		return refuse_unlisted(r, code);
	/* Chosen before another answer took it out of the list. */
	const struct choice *c = question_find_choice(q, code);
	if (c && !walk_offers(r->walk, c))
		return NULL;
	if (q->has_other && str_eq_z(code, "other") &&
		!read_comment(r, str_of(comment))) {
		page_keep_typed(r, "", code);
		return NULL;
	}
	return json_stringn(code.p, code.n);
}

static bool is_ticked(const struct page_reader *r, const char *code)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (str_eq_z(r->fields[i].name, r->q->name) &&
			str_eq_z(str_trim(r->fields[i].value), code))
			return true;
	return false;
}

/* Is there a posted code that is not in the list? The empty value of a hidden field is none. */
static bool has_unknown(const struct page_reader *r)
{
	for (size_t i = 0; i < r->field_count; i++) {
		struct str value = str_trim(r->fields[i].value);
		if (str_eq_z(r->fields[i].name, r->q->name) && value.n > 0 &&
			!rule_code_fits(r->q, value))
			return true;
	}
	return false;
}

json_t *page_read_boxes(struct page_reader *r)
{
	const struct question *q = r->q;
	const struct choice *exclusive = NULL;
	json_t *ticked = json_array();
	SCOPED(free_char) char *comment = rule_clean(page_field(r, "-Comment"), false);
	for (size_t i = 0; i < q->choice_count; i++) {
		if (!is_ticked(r, q->choices[i].code) ||
			!walk_offers(r->walk, &q->choices[i]))
			continue;
		json_array_append_new(ticked, json_string(q->choices[i].code));
		if (q->choices[i].exclusive && !exclusive)
			exclusive = &q->choices[i];
	}
	bool nothing = json_array_size(ticked) == 0;
	bool other = q->has_other && (is_ticked(r, "other") || (nothing && comment[0]));
	if (other)
		json_array_append_new(ticked, json_string("other"));
	bool unknown = has_unknown(r);
	if (unknown)
		page_problem(r, NULL, page_message_not_listed(r->language));
	else if (exclusive && json_array_size(ticked) > 1)
		page_problem(r, NULL,
			words_fill(r->language,
				"Vous avez coché «\u202f{choix}\u202f» avec d’autres "
				"réponses\u202f: gardez l’un ou les autres.",
				"choix", exclusive->text, NULL));
	if (other && r->refused)
		page_keep_typed(r, "-Comment", str_of(comment));
	else if (other)
		read_comment(r, str_of(comment));
	/* No code is written so: it stands for what was not in the list. */
	if (unknown)
		json_array_append_new(ticked, json_string("?"));
	if (r->refused)
		json_object_set_new(r->typed, q->name, ticked);
	else if (json_array_size(ticked) > 0)
		return ticked;
	else
		json_decref(ticked);
	return NULL;
}

json_t *page_read_boolean(struct page_reader *r)
{
	struct str code = page_field(r, "");
	if (code.n == 0)
		return NULL;
	if (!question_find_choice(r->q, code))
		return refuse_unlisted(r, code);
	return json_boolean(str_eq_z(code, "true"));
}
