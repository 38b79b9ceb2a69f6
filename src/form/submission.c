/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the questionnaire: cleaned answers, split from what identifies (A3). */
#include "rules.h"

int answers_first_missing(const struct form *form, const json_t *answers, usec_t today)
{
	SCOPED(walk_release) struct walk w;
	walk_init(&w, form, answers, today);
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		if (!walk_visible(&w, i) || !rule_takes_answer(q))
			continue;
		if (!rule_is_answered(q, walk_required(&w, i), walk_answer(&w, i)))
			return (int)q->page;
	}
	return -1;
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
static void copy_answer(
	json_t *to, const struct question *q, const json_t *answer, const json_t *answers)
{
	char key[COMMENT_KEY_BYTES];
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
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		if (!walk_visible(&w, i) || q->type == QUESTION_HTML)
			continue;
		const json_t *answer = walk_answer(&w, i);
		if (answer_is_empty(answer))
			continue;
		bool apart = q->role == ROLE_IDENTIFYING || q->role == ROLE_CONTACT;
		copy_answer(apart ? contact : result, q, answer, answers);
		if (q->role == ROLE_IDENTIFYING)
			json_object_set_new(result, q->name, json_true());
	}
	*ret_contact = contact;
	return result;
}
