/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generated forms, random answers: the submission holds only what is visible, cleaning twice changes nothing,
 * and what leaves is what the count accepts. BAROMETRE_SEED repeats a run.
 */
#include "form_test.h"

static uint64_t state_bits;

/* xorshift64*, Vigna 2016 */
static uint32_t next_random(uint32_t below)
{
	state_bits ^= state_bits >> 12;
	state_bits ^= state_bits << 25;
	state_bits ^= state_bits >> 27;
	return (uint32_t)((state_bits * 2685821657736338717u) >> 33) % below;
}

/* Kinds of generated questions, by their number. */
enum {
	KIND_NUMBER,
	KIND_RADIO,
	KIND_BOXES,
	KIND_BOOLEAN,
	KIND_RATING,
	KIND_MATRIX,
	KIND_TEXT,
	KIND_ITEMS,
	KIND_RANKING,
	KIND_DEPENDING, /* boxes some of which depend on another question */
	KIND_EXPRESSION,
	KINDS
};

/* A condition over question `i` of that kind. */
static void add_condition(struct buf *out, uint32_t i, uint32_t kind)
{
	static const char *const patterns[KINDS][4] = {
		{"{q%u} > 5", "{q%u} <= 5", "{q%u} empty", "{q%u} + 1 != 3"},
		{"{q%u} = 'a'", "{q%u} != 'b'", "{q%u} anyof ['a', 'other']",
			"!({q%u} notempty)"},
		{"{q%u} contains 'a'", "{q%u} notcontains 'b'", "{q%u} noneof ['a', 'b']",
			"count({q%u}) > 1"},
		{"{q%u}", "!{q%u}", "{q%u} = false", "{q%u} empty"},
		{"{q%u} >= 3", "{q%u} < 3", "{q%u} notempty", "round({q%u} / 2) = 1"},
		{"{q%u.r} = 'a'", "{q%u.s} != 'b'", "{q%u} empty", "{q%u.r} notempty"},
		{"{q%u} empty", "{q%u} notempty", "!{q%u} empty", "({q%u} empty)"},
		{"{q%u.n} > 4", "{q%u.t} notempty", "{q%u} empty", "sum({q%u.n}, 1) = 1"},
		{"{q%u} empty", "{q%u} notempty", "!{q%u} empty", "count({q%u}) > 2"},
		{"{q%u} contains 'b'", "{q%u} notcontains 'none'",
			"{q%u} allof ['a', 'b']", "{q%u} empty"},
		{"{q%u} > 2", "{q%u} = 0", "{q%u} empty", "{q%u} notempty"},
	};
	const char *pattern = patterns[kind][next_random(4)];
	for (size_t at = 0; at < strlen(pattern);) {
		const char *hole = strstr(pattern + at, "%u");
		size_t n = hole ? (size_t)(hole - pattern) - at : strlen(pattern) - at;
		buf_bytes(out, pattern + at, n);
		if (hole)
			buf_printf(out, "%u", i);
		at += n + (hole ? 2 : 0);
	}
}

static const char *const bodies[KINDS] = {
	"\"type\":\"text\",\"inputType\":\"number\",\"min\":0,\"max\":10",
	"\"type\":\"radiogroup\",\"choices\":[\"a\",\"b\"],\"showOtherItem\":true",
	"\"type\":\"checkbox\",\"choices\":[\"a\",\"b\",\"c\"],\"showNoneItem\":true,\"showOtherItem\":true",
	"\"type\":\"boolean\"",
	"\"type\":\"rating\"",
	"\"type\":\"matrix\",\"columns\":[\"a\",\"b\"],\"rows\":[\"r\",\"s\"]",
	"\"type\":\"comment\"",
	"\"type\":\"multipletext\",\"items\":[{\"name\":\"n\",\"inputType\":\"number\","
	"\"min\":0},{\"name\":\"t\",\"isRequired\":true}]",
	"\"type\":\"ranking\",\"choices\":[\"a\",\"b\",{\"value\":\"c\",\"visibleIf\":\"",
	"\"type\":\"checkbox\",\"showNoneItem\":true,\"showOtherItem\":true,\"choices\":[\"a\","
	"{\"value\":\"b\",\"visibleIf\":\"",
	"\"type\":\"expression\",\"expression\":\"iif(",
};
static const char *const ends[KINDS] = {
	[KIND_RANKING] = "\"}]",
	[KIND_DEPENDING] = "\"}]",
	[KIND_EXPRESSION] = ", 1 + 2, 0)\"",
};

static bool sealed[24]; /* is question `i` sealed apart? */

/* The rest of the question: its demands and its role. */
static void add_rest(struct buf *out, uint32_t kind, uint32_t i, const uint32_t *kinds)
{
	static const char *const typed[] = {"text", "identifying", "contact"};
	static const char *const other[] = {
		"opinion", "segment", "identifying", "contact"};
	const char *role = other[next_random(4)];
	uint32_t on = next_random(i ? i : 1);
	if (kind == KIND_TEXT || kind == KIND_ITEMS)
		role = typed[next_random(3)];
	else if (kind == KIND_RANKING || kind == KIND_EXPRESSION)
		role = "opinion";
	sealed[i] = strcmp(role, "identifying") == 0 || strcmp(role, "contact") == 0;
	buf_printf(out, ",\"barometre\":{\"role\":\"%s\"}", role);
	if (kind == KIND_EXPRESSION || next_random(3) == 0)
		return;
	if (i == 0 || next_random(2)) {
		buf_puts(out, ",\"isRequired\":true");
		return;
	}
	buf_puts(out, ",\"requiredIf\":\"");
	add_condition(out, on, kinds[on]);
	buf_puts(out, "\"");
}

static struct form *generate(uint32_t *kinds, uint32_t count)
{
	struct buf out = BUF_LIMIT(100000);
	buf_puts(&out, HEAD "\"pages\":[");
	for (uint32_t i = 0; i < count; i++) {
		kinds[i] = next_random(KINDS);
		bool opens = i % 4 == 0;
		if (opens)
			buf_printf(&out, "%s{\"name\":\"p%u\",\"title\":\"P\",",
				i ? "]}," : "", i);
		if (opens && i > 0 && next_random(2)) {
			uint32_t on = next_random(i);
			buf_puts(&out, "\"visibleIf\":\"");
			add_condition(&out, on, kinds[on]);
			buf_puts(&out, "\",");
		}
		buf_puts(&out, opens ? "\"elements\":[" : ",");
		buf_printf(&out, "{\"name\":\"q%u\",\"title\":\"Q\",%s", i,
			bodies[kinds[i]]);
		if (ends[kinds[i]]) {
			uint32_t on = next_random(i ? i : 1);
			/* What is worked out leaves with the answers. */
			if (i == 0 || (kinds[i] == KIND_EXPRESSION && sealed[on]))
				buf_puts(&out, "true");
			else
				add_condition(&out, on, kinds[on]);
			buf_puts(&out, ends[kinds[i]]);
		}
		if (i > 0 && next_random(3)) {
			uint32_t a = next_random(i), b = next_random(i);
			buf_puts(&out, ",\"visibleIf\":\"");
			add_condition(&out, a, kinds[a]);
			buf_puts(&out, next_random(2) ? " and " : " or ");
			add_condition(&out, b, kinds[b]);
			buf_puts(&out, "\"");
		}
		add_rest(&out, kinds[i], i, kinds);
		buf_puts(&out, "}");
	}
	buf_puts(&out,
		"]}],\"calculatedValues\":[{\"name\":\"k\",\"expression\":\"1 + 1\","
		"\"includeIntoResult\":true}]}");
	assert_false(out.failed);
	struct form *form = parse_or_fail(out.p);
	buf_release(&out);
	return form;
}

static json_t *random_answer(uint32_t kind, bool *ret_other)
{
	json_t *answer;
	*ret_other = false;
	switch (kind) {
	case KIND_NUMBER:
		return json_integer(next_random(11));
	case KIND_RADIO:
		*ret_other = next_random(3) == 2;
		return json_string(*ret_other ? "other" : next_random(2) ? "a" : "b");
	case KIND_BOXES:
		answer = json_array();
		for (uint32_t i = 0; i < 3; i++)
			if (next_random(2))
				json_array_append_new(answer, json_stringn(&"abc"[i], 1));
		*ret_other = json_array_size(answer) > 0 && next_random(2);
		json_array_append_new(answer, json_string(*ret_other ? "other" : "none"));
		if (!*ret_other && json_array_size(answer) > 1)
			json_array_remove(answer, json_array_size(answer) - 1);
		return answer;
	case KIND_BOOLEAN:
		return json_boolean(next_random(2));
	case KIND_RATING:
		return json_integer(1 + next_random(5));
	case KIND_MATRIX:
		answer = json_object();
		json_object_set_new(answer, "s", json_string(next_random(2) ? "a" : "b"));
		if (next_random(2))
			json_object_set_new(answer, "r", json_string("a"));
		return answer;
	case KIND_ITEMS:
		answer = json_object();
		json_object_set_new(answer, "t", json_string("mot"));
		if (next_random(2))
			json_object_set_new(answer, "n", json_integer(next_random(9)));
		return answer;
	case KIND_RANKING:
		return next_random(2) ? json_pack("[s,s,s]", "c", "b", "a")
				      : json_pack("[s,s]", "b", "a");
	case KIND_DEPENDING:
		*ret_other = next_random(2);
		answer = json_pack("[s]", next_random(2) ? "a" : "b");
		if (*ret_other)
			json_array_append_new(answer, json_string("other"));
		return answer;
	case KIND_EXPRESSION: /* what a page showed does not count */
		return json_integer(77);
	default:
		return json_string("Un avis.\nDeux lignes.");
	}
}

static json_t *random_answers(const uint32_t *kinds, uint32_t count)
{
	json_t *answers = json_object();
	for (uint32_t i = 0; i < count; i++) {
		char key[20];
		bool other;
		if (!next_random(4))
			continue;
		snprintf(key, sizeof(key), "q%u", i);
		json_object_set_new(answers, key, random_answer(kinds[i], &other));
		snprintf(key, sizeof(key), "q%u-Comment", i);
		if (other)
			json_object_set_new(answers, key, json_string("Autre chose"));
	}
	return answers;
}

/* What is left of the answer is offered; of a ranking, it is all that is offered. */
static void check_offered(const struct form *form, const struct question *q,
	const json_t *answers, const json_t *result, const json_t *contact)
{
	bool apart = q->role == ROLE_CONTACT || q->role == ROLE_IDENTIFYING;
	const json_t *left = json_object_get(apart ? contact : result, q->name);
	size_t offered = 0;
	for (size_t i = 0; i < q->choice_count; i++)
		offered += answers_offer(form, q, &q->choices[i], answers, TODAY);
	for (size_t i = 0; i < json_array_size(left); i++) {
		const char *code = json_string_value(json_array_get(left, i));
		const struct choice *c = question_find_choice(q, str_of(code));
		assert_true(c ? answers_offer(form, q, c, answers, TODAY)
			      : strcmp(code, "other") == 0);
	}
	if (q->type == QUESTION_RANKING)
		assert_int_equal(json_array_size(left), offered);
}

/* Every key that leaves belongs to a visible question, with its value; and every visible answer leaves. */
static void check_split(
	const struct form *form, json_t *answers, json_t *result, json_t *contact)
{
	struct routing r;
	routing_compute(&r, form, answers, TODAY);
	size_t expected = 0, expected_contact = 0;
	for (size_t i = 0; i < form->question_count; i++) {
		const struct question *q = &form->questions[i];
		SCOPED(free_char) char *key = x_printf("%s-Comment", q->name);
		json_t *given = json_object_get(answers, q->name);
		size_t keys = 1 + (json_object_get(answers, key) != NULL);
		if (q->type == QUESTION_CALCULATED) {
			expected++;
			continue;
		}
		if (q->type == QUESTION_EXPRESSION) {
			json_t *value = json_object_get(result, q->name);
			assert_int_equal(value != NULL, r.question[i]);
			assert_true(!value || json_integer_value(value) != 77);
			expected += value != NULL;
			continue;
		}
		if (q->choices_depend && r.question[i] && given) {
			check_offered(form, q, answers, result, contact);
			expected += json_object_get(result, q->name) != NULL;
			expected += json_object_get(result, key) != NULL;
			expected_contact += json_object_get(contact, q->name) != NULL;
			expected_contact += json_object_get(contact, key) != NULL;
			continue;
		}
		if (!r.question[i] || !given) {
			assert_null(json_object_get(result, q->name));
			assert_null(json_object_get(contact, q->name));
			assert_null(json_object_get(result, key));
			assert_null(json_object_get(contact, key));
			continue;
		}
		bool apart = q->role == ROLE_CONTACT || q->role == ROLE_IDENTIFYING;
		assert_true(json_equal(
			json_object_get(apart ? contact : result, q->name), given));
		if (q->role == ROLE_IDENTIFYING)
			assert_true(json_is_true(json_object_get(result, q->name)));
		expected += q->role == ROLE_IDENTIFYING ? 1 : apart ? 0 : keys;
		expected_contact += apart ? keys : 0;
	}
	assert_int_equal(json_object_size(result), expected);
	assert_int_equal(json_object_size(contact), expected_contact);
	routing_release(&r);
}

/* What leaves, put together again, is cleaned already. */
static void check_idempotent(const struct form *form, json_t *result, json_t *contact)
{
	json_t *again = json_deep_copy(result), *contact2;
	json_object_update(again, contact);
	json_object_del(again, "k");
	json_t *result2 = answers_submission(form, again, TODAY, &contact2);
	assert_true(json_equal(result, result2));
	assert_true(json_equal(contact, contact2));
	json_decref(again);
	json_decref(result2);
	json_decref(contact2);
}

static void whatever_is_answered_leaves_clean(void **state)
{
	(void)state;
	const char *given = getenv("BAROMETRE_SEED");
	uint64_t seed = 20261122;
	if (given && !str_parse_u64(str_of(given), &seed))
		fail_msg("BAROMETRE_SEED is a number");
	print_message("BAROMETRE_SEED=%llu\n", (unsigned long long)seed);
	state_bits = seed * 2 + 1;
	size_t hidden = 0, shown = 0;
	for (int round = 0; round < 300; round++) {
		uint32_t kinds[24], count = 4 + next_random(20);
		SCOPED(form_drop) struct form *form = generate(kinds, count);
		for (int person = 0; person < 20; person++) {
			struct err err = {0};
			json_t *contact, *answers = random_answers(kinds, count);
			if (!answers_validate(form, answers, &err))
				fail_msg("%s", err.text);
			json_t *result = answers_submission(
				form, answers, TODAY, &contact);
			if (!answers_validate(form, result, &err))
				fail_msg("submission: %s", err.text);
			check_split(form, answers, result, contact);
			check_idempotent(form, result, contact);
			struct routing r;
			routing_compute(&r, form, answers, TODAY);
			for (uint32_t i = 0; i < count; i++)
				*(r.question[i] ? &shown : &hidden) += 1;
			routing_release(&r);
			json_decref(result);
			json_decref(contact);
			json_decref(answers);
		}
	}
	print_message("%zu questions shown, %zu hidden\n", shown, hidden);
	assert_true(shown > 1000 && hidden > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_answered_leaves_clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
