/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the questionnaire: cleaned answers, split from what identifies (A3). */
#include "rules.h"

static bool is_answered(const struct question *q, const json_t *answers)
{
	const json_t *answer = json_object_get(answers, q->name);
	if (answer_is_empty(answer))
		return false;
	if (q->type == QUESTION_MATRIX)
		return rule_matrix_complete(q, answer);
	return true;
}

int answers_first_missing(const struct form *form, const json_t *answers, usec_t today)
{
	struct routing r;
	int page = -1;
	routing_compute(&r, form, answers, today);
	for (size_t i = 0; i < form->question_count && page < 0; i++) {
		const struct question *q = &form->questions[i];
		if (q->required && r.question[i] && !is_answered(q, answers))
			page = (int)q->page;
	}
	routing_release(&r);
	return page;
}

bool answers_usable(const struct form *form, const json_t *answers)
{
	for (size_t i = 0; i < form->complete_count; i++) {
		const char *name = form->questions[form->complete[i]].name;
		if (answer_is_empty(json_object_get(answers, name)))
			return false;
	}
	return true;
}

/* An answer and the text of its "other", when that is chosen. */
static void copy_answer(json_t *to, const struct question *q, const json_t *answers)
{
	char key[COMMENT_KEY_BYTES];
	json_t *answer = json_object_get(answers, q->name);
	json_object_set_new(to, q->name, json_deep_copy(answer));
	json_t *comment = json_object_get(answers, rule_comment_key(q, key));
	if (q->has_other && comment && rule_other_chosen(answer))
		json_object_set_new(to, key, json_deep_copy(comment));
}

json_t *answers_submission(const struct form *form, const json_t *answers, usec_t today,
	json_t **ret_contact)
{
	json_t *result = json_object(), *contact = json_object();
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, today);
	w.calculated = result;
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		if (!walk_visible(&w, i))
			continue;
		if (q->type == QUESTION_CALCULATED) {
			struct expr_scope scope = walk_scope(&w);
			json_t *value = expr_value(q->visible_if, &scope);
			if (value)
				json_object_set_new(result, q->name, value);
			continue;
		}
		if (q->type == QUESTION_HTML ||
			answer_is_empty(json_object_get(answers, q->name)))
			continue;
		bool apart = q->role == ROLE_IDENTIFYING || q->role == ROLE_CONTACT;
		copy_answer(apart ? contact : result, q, answers);
		if (q->role == ROLE_IDENTIFYING)
			json_object_set_new(result, q->name, json_true());
	}
	*ret_contact = contact;
	return result;
}
