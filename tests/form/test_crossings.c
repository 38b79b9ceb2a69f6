/* SPDX-License-Identifier: Apache-2.0 */
/* "crossings": what tables may be crossed with, in order, in each language, and what is refused with its remedy. */
#include "form_test.h"

#define OWN                                                                                          \
 "{\"title\":\"T\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\",\"barometre\":{" \
 "\"audience\":\"essai\",\"version\":\"1\",\"minutes\":5,\"boxBytes\":4096,"                         \
 "\"audienceLabel\":\"Essai\",\"complete\":[],\n"
#define QUESTIONS                                                                                                                                                                                                 \
 "},\"pages\":[{\"name\":\"p\",\"title\":\"P\",\"elements\":[\n" Q("text", "lieu",                                                                                                                                \
	 ",\"barometre\":{\"role\":\"locality\"}") "," Q("text", "ville",                                                                                                                                         \
	 ",\"barometre\":{\"role\":\"locality\"}") ","                                                                                                                                                            \
						   "{\"type\":\"radiogroup\",\"name\":\"type\",\"title\":{\"default\":\"Type\",\"en\":\"Kind\"},"                                                                 \
						   "\"choices\":[\"chu\",\"ch\"],\"showOtherItem\":true}," Q(                                                                                                     \
							   "radiogroup", "seul",                                                                                                                                  \
							   ",\"choices\":[\"oui\"]") "," Q("checkbox",                                                                                                            \
							   "freins",                                                                                                                                              \
							   ",\"choices\":[\"temps\",\"cout\"]") "," Q("boolean",                                                                                                  \
							   "oui_non",                                                                                                                                             \
							   ",\"barometre\":{\"short\":\"Oui ou non\"}") "," NUMBER("age",                                                                                         \
							   ",\"min\":18,\"max\":99,\"barometre\":{\"role\":\"segment\",\"short\":\"Âge\"}") "," NUMBER("libre",                                                   \
							   ",\"barometre\":{\"role\":\"segment\"}") "," NUMBER("annees",                                                                                          \
							   ",\"min\":0,\"max\":9") "," Q("radiogroup",                                                                                                            \
							   "rappel",                                                                                                                                              \
							   ",\"choices\":[\"oui\",\"non\"],\"barometre\":{\"role\":\"contact\"}") "]}],\"calculatedValues\":[{\"name\":\"calcul\",\"expression\":\"{age} > 20\"," \
																  "\"includeIntoResult\":true}]}"
/* The list stands in line 2. */
#define FORM(list) OWN "\"crossings\":" list QUESTIONS

static void crossings_are_read_in_their_order(void **state)
{
	static const struct {
		const char *name, *label, *english, *question;
		enum crossing_kind kind;
	} wanted[] = {
		{"type", "Type", "Kind", "type", CROSSING_CHOICES},
		{"departement", "Département", "Department", "lieu", CROSSING_DEPARTMENT},
		{"est_ouest", "Est ou Ouest de l’Occitanie", "East or West of Occitanie",
			"ville", CROSSING_EAST_WEST},
		{"age_tranche", "Âge, par tranches", "Âge, in bands", "age",
			CROSSING_BANDS},
		{"oui_non", "Deux voies", "Two ways", "oui_non", CROSSING_CHOICES},
	};
	const struct language *english = language_find(STR("en"));
	(void)state;
	assert_non_null(english);
	SCOPED(form_drop)
	struct form *form = parse_or_fail(FORM(
		"[\"type\",{\"question\":\"lieu\",\"by\":\"departement\"},"
		"{\"question\":\"ville\",\"by\":\"est_ouest\"},"
		"{\"question\":\"age\",\"by\":\"tranche\"},"
		"{\"question\":\"oui_non\",\"label\":{\"default\":\"Deux voies\",\"en\":\"Two ways\"}}]"));
	const struct form *variant = form_in(form, english);
	assert_ptr_not_equal(variant, form);
	assert_int_equal(form->crossing_count, COUNT_OF(wanted));
	assert_int_equal(variant->crossing_count, COUNT_OF(wanted));
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		const struct crossing *c = &form->crossings[i];
		const struct crossing *v = &variant->crossings[i];
		assert_string_equal(c->name, wanted[i].name);
		assert_string_equal(c->label, wanted[i].label);
		assert_string_equal(v->name, wanted[i].name);
		assert_string_equal(v->label, wanted[i].english);
		assert_int_equal(c->kind, wanted[i].kind);
		assert_int_equal(v->question, c->question);
		assert_string_equal(
			form->questions[c->question].name, wanted[i].question);
	}
}

static void a_form_needs_no_crossings(void **state)
{
	(void)state;
	SCOPED(form_drop) struct form *none = parse_or_fail(PAGE(RADIO("q", "")));
	SCOPED(form_drop) struct form *empty = parse_or_fail(FORM("[]"));
	assert_int_equal(none->crossing_count, 0);
	assert_int_equal(empty->crossing_count, 0);
}

static const struct refusal refusals[] = {
	{FORM("\"type\""), 2, "'crossings' is a list of at most 12"},
	{FORM("[\"type\",\"type\",\"type\",\"type\",\"type\",\"type\",\"type\",\"type\",\"type\","
	      "\"type\",\"type\",\"type\",\"type\"]"),
		2, "at most 12"},
	{FORM("[1]"), 2, "is the name of a question, or an object"},
	{FORM("[{\"by\":\"tranche\"}]"), 2, "'question' is missing"},
	{FORM("[{\"question\":\"age\",\"per\":\"tranche\"}]"), 2, "'per' of a crossing"},
	{FORM("[\"type\",\n\"typ\"]"), 3, "'typ', which is no question: correct it"},
	{FORM("[\"calcul\"]"), 2, "worked out after all pages"},
	{FORM("[\"rappel\"]"), 2, "never with the answers: remove it"},
	{FORM("[\"freins\"]"), 2, "one group: cross with a radiogroup"},
	{FORM("[\"seul\"]"), 2, "one choice, which is no crossing"},
	{FORM("[\"lieu\"]"), 2,
		"too many groups: cross with {\"question\": \"lieu\", \"by\": \"departement\"}"},
	{FORM("[\"age\"]"), 2,
		"in bands: write {\"question\": \"age\", \"by\": \"tranche\"}"},
	{FORM("[{\"question\":\"age\",\"by\":\"annee\"}]"), 2,
		"departement, est_ouest or tranche, not 'annee'"},
	{FORM("[{\"question\":\"type\",\"by\":\"tranche\"}]"), 2,
		"no number and has no bands"},
	{FORM("[{\"question\":\"type\",\"by\":\"est_ouest\"}]"), 2,
		"no locality and has no est_ouest"},
	{FORM("[{\"question\":\"annees\",\"by\":\"tranche\"}]"), 2,
		"give 'annees' the role segment"},
	{FORM("[{\"question\":\"libre\",\"by\":\"tranche\"}]"), 2,
		"give 'libre' min and max"},
	{FORM("[\"type\",\n\"oui_non\",\n\"type\"]"), 2, "already a crossing 'type'"},
	{FORM("[{\"question\":\"lieu\",\"by\":\"departement\"},\n"
	      "{\"question\":\"ville\",\"by\":\"departement\"}]"),
		3, "already a crossing 'departement'"},
	{FORM("[\"type\",\n{\"question\":\"oui_non\",\"label\":\"Type\"}]"), 3,
		"have the same label: give one a 'label'"},
	{FORM("[{\"question\":\"type\",\"label\":\"{age}\"}]"), 2, "age"},
};

static void wrong_crossings_are_refused(void **state)
{
	(void)state;
	assert_refusals(refusals, COUNT_OF(refusals));
}

/* Their labels are translated with the form, before it is published. */
static void labels_are_translated(void **state)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);
	(void)state;
	form_translate(
		STR(FORM(
			"[{\"question\":\"age\",\"by\":\"tranche\",\"label\":\"Tranche d’âge\"}]")),
		&out);
	SCOPED(form_drop) struct form *form = parse_or_fail(buf_str(&out).p);
	assert_string_equal(form->crossings[0].label, "Tranche d’âge");
	assert_string_equal(
		form_in(form, language_find(STR("en")))->crossings[0].label, "Age group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crossings_are_read_in_their_order),
		cmocka_unit_test(a_form_needs_no_crossings),
		cmocka_unit_test(wrong_crossings_are_refused),
		cmocka_unit_test(labels_are_translated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
