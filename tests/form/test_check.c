/* SPDX-License-Identifier: Apache-2.0 */
/* check.h: what is found, where, and that nothing is claimed that brute force does not confirm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../support/file.h"
#include "barometre/form/answer.h"
#include "barometre/form/check.h"

#define HEAD                                                                                \
 "{\"title\":\"Essai 0\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\"," \
 "\"barometre\":{\"audience\":\"essai\",\"version\":\"1\",\"minutes\":5,\"boxBytes\":8192," \
 "\"audienceLabel\":\"Essai 0\",\"complete\":[\"a\"]},\"pages\":[{\"name\":\"p\","          \
 "\"title\":\"P\",\"elements\":[\n"
#define TAIL "]}]}"
/* Lines of a form: HEAD is line 1, `a` line 2, the first element of the row line 3. */
#define A \
 "{\"type\":\"radiogroup\",\"name\":\"a\",\"title\":\"A\",\"choices\":[\"x\",\"y\",\"z\"]},\n"
#define RADIO(name, rest)                                           \
 "{\"type\":\"radiogroup\",\"name\":\"" name "\",\"title\":\"" name \
 "\",\"choices\":[\"x\",\"y\"]" rest "}"
#define TYPED(title, input, role)                                                   \
 "{\"type\":\"text\",\"name\":\"b\",\"title\":\"" title "\",\"inputType\":\"" input \
 "\",\n\"barometre\":{\"role\":\"" role "\"}}"

#define NUMBERS                                                                   \
 "{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"b\",\"title\":\"B\"},\n" \
 "{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"c\",\"title\":\"C\"},\n"

static const struct {
	const char *elements; /* behind A */
	const char *
		expected; /* "line:column level rule" joined by " | "; the columns of conditions point into them */
} cases[] = {
	{RADIO("b", ""), ""},
	{RADIO("b", ",\n\"visibleIf\":\"{a} = 'x'\""), ""},
	/* a contradiction, and one that is required */
	{RADIO("b", ",\n\"visibleIf\":\"{a} = 'x' and {a} = 'y'\""),
		"4:14 error never-true"},
	{RADIO("b", ",\"isRequired\":true,\n\"visibleIf\":\"{a} empty and {a} != 'q'\""),
		"4:35 error unreadable"},
	{RADIO("b", ",\n\"visibleIf\":\"{a} empty and {a} anyof ['x','y']\""),
		"4:14 error never-true"},
	/* unreachable because what it reads is hidden, with its cause */
	{RADIO("b", ",\"visibleIf\":\"{a} = 'x'\"") ",\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} = 'x' and {a} = 'y'\""),
		"5:14 error never-true"},
	/* always true; a missing answer makes != true */
	{RADIO("b", ",\n\"visibleIf\":\"{a} empty or {a} notempty\""),
		"4:14 warning always-true"},
	{RADIO("b", ",\n\"visibleIf\":\"{a} != 'x'\""), ""},
	{RADIO("b", ",\n\"visibleIf\":\"{a} anyof ['x','y','z']\""), ""},
	/* parts */
	{RADIO("b", ",\n\"visibleIf\":\"{a} = 'x' or {a} = 'y' or {a} anyof ['x','y']\""),
		"4:40 warning part-never-true"},
	{RADIO("b", ",\n\"visibleIf\":\"{a} = 'x' and {a} notempty\""),
		"4:28 warning part-always-true"},
	/* panels: inside, the panel's condition is already true */
	{"{\"type\":\"panel\",\"name\":\"w\",\"visibleIf\":\"{a} = 'x'\",\"elements\":[" RADIO(
		 "b", ",\n\"visibleIf\":\"{a} notempty\"") "]}",
		"4:14 warning always-true"},
	{"{\"type\":\"panel\",\"name\":\"w\",\n\"visibleIf\":\"{a} = 'x' and {a} empty\",\"elements\":[" RADIO(
		 "b", "") "," RADIO("c", ",\"visibleIf\":\"{b} = 'x'\"") "]}",
		"4:14 error never-true"},
	/* choices, requiredIf, validators */
	{"{\"type\":\"radiogroup\",\"name\":\"b\",\"title\":\"B\",\"visibleIf\":\"{a} = 'x'\",\"choices\":[\"k\",\n"
	 "{\"value\":\"l\",\"text\":\"L\",\"visibleIf\":\"{a} = 'y'\"},\n"
	 "{\"value\":\"m\",\"text\":\"M\",\"visibleIf\":\"{a} notempty\"}]}",
		"4:38 error never-true | 5:38 warning always-true"},
	{RADIO("b", ",\"visibleIf\":\"{a} = 'x'\",\n\"requiredIf\":\"{a} = 'x'\""),
		"4:15 warning always-true"},
	{RADIO("b", ",\"isRequired\":true,\n\"requiredIf\":\"{a} = 'x'\""),
		"4:1 error unreadable"},
	{"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"b\",\"title\":\"B\",\"max\":9,\"validators\":[\n"
	 "{\"type\":\"expression\",\"expression\":\"{b} > 9\",\"text\":\"!\"}]}",
		"4:36 error never-true"},
	/* numbers: between bounds, around constants; arithmetic is not judged */
	{"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"b\",\"title\":\"B\",\"min\":0,\"max\":9},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} >= 10\""),
		"5:14 error never-true"},
	{"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"b\",\"title\":\"B\"},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} > 2 and {b} < 3\""),
		""},
	{"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"b\",\"title\":\"B\"},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} > 3 and {b} < 3\""),
		"5:14 error never-true"},
	{"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"b\",\"title\":\"B\"},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} * 0 = 1\""),
		""},
	{NUMBERS RADIO("d", ",\n\"visibleIf\":\"{b} < {c} and {b} > 1 and {c} < 2\""),
		""},
	{NUMBERS RADIO("d", ",\n\"visibleIf\":\"{b} < {c} and {c} < 2 and {b} >= 2\""),
		"6:14 error never-true"},
	{"{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"b\",\"title\":\"B\"},\n"
	 "{\"type\":\"text\",\"inputType\":\"number\",\"name\":\"c\",\"title\":\"C\",\"validators\":[\n"
	 "{\"type\":\"numeric\",\"minValue\":7},{\"type\":\"expression\",\"expression\":\"{c} > {b}\"}]}",
		""},
	/* dates */
	{"{\"type\":\"text\",\"inputType\":\"date\",\"name\":\"b\",\"title\":\"B\"},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} > '2026-01-01' and {b} < '2026-01-02'\""),
		"5:14 error never-true"},
	{"{\"type\":\"text\",\"inputType\":\"date\",\"name\":\"b\",\"title\":\"B\"},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} > '2026-01-01' and {b} < '2026-01-03'\""),
		""},
	/* ticks: an exclusive one is alone, and counting */
	{"{\"type\":\"checkbox\",\"name\":\"b\",\"title\":\"B\",\"choices\":[\"k\",\"l\",\"n\"],\"barometre\":{\"exclusive\":[\"n\"]}},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} allof ['k','n']\""),
		"5:14 error never-true"},
	{"{\"type\":\"checkbox\",\"name\":\"b\",\"title\":\"B\",\"choices\":[\"k\",\"l\",\"n\"]},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"count({b}) > 3\""),
		"5:14 error never-true"},
	{"{\"type\":\"checkbox\",\"name\":\"b\",\"title\":\"B\",\"choices\":[\"k\",\"l\",\"n\"]},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"count({b}) > 2\""),
		""},
	/* rows, items, rankings */
	{"{\"type\":\"matrix\",\"name\":\"b\",\"title\":\"B\",\"columns\":[\"oui\",\"non\"],\"rows\":[\"r\",\"s\"]},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b.r} = 'oui' and {b} empty\""),
		"5:14 error never-true"},
	{"{\"type\":\"matrix\",\"name\":\"b\",\"title\":\"B\",\"columns\":[\"oui\",\"non\"],\"rows\":[\"r\",\"s\"]},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b.r} empty and {b} notempty\""),
		""},
	{"{\"type\":\"multipletext\",\"name\":\"b\",\"title\":\"B\",\"items\":[{\"name\":\"i\",\"title\":\"I\",\"inputType\":\"number\"}]},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b.i} > 1 and {b} empty\""),
		"5:14 error never-true"},
	{"{\"type\":\"ranking\",\"name\":\"b\",\"title\":\"B\",\"choices\":[\"k\",\"l\"]},\n" RADIO(
		 "c", ",\n\"visibleIf\":\"{b} notempty\""),
		""},
	/* values that are worked out */
	{"{\"type\":\"rating\",\"name\":\"b\",\"title\":\"B\",\"rateMax\":3},\n"
	 "{\"type\":\"expression\",\"name\":\"c\",\"title\":\"C\",\n\"expression\":\"iif({b} > 3, 1, 2)\"}",
		"5:15 warning constant"},
	{"{\"type\":\"rating\",\"name\":\"b\",\"title\":\"B\",\"rateMax\":3},\n"
	 "{\"type\":\"expression\",\"name\":\"c\",\"title\":\"C\",\n\"expression\":\"{b} * 2\"},"
	 "\n" RADIO("d", ",\n\"visibleIf\":\"{c} = 5\""),
		"7:14 error never-true"},
	/* a page that may show a text alone */
	{"{\"type\":\"comment\",\"name\":\"b\",\"title\":\"B\",\"barometre\":{\"role\":\"text\"}}]},{\n"
	 "\"name\":\"deux\",\"title\":\"D\",\"elements\":[{\"type\":\"html\",\"name\":\"h\",\"html\":\"H\"}," RADIO(
		 "c", ",\"visibleIf\":\"{a} = 'x'\""),
		"4:1 warning bare-page"},
	/* who answers */
	{TYPED("Votre adresse", "email", "text"), "3:51 error identifying"},
	{TYPED("Votre adresse", "email", "contact"), ""},
	{TYPED("Quel est votre prénom ?", "text", "text"), "3:27 warning identifying"},
	{TYPED("À qui s’adresse votre action ?", "text", "text"), ""},
	{TYPED("Votre date de naissance", "date", "opinion"), "3:27 warning identifying"},
	{"{\"type\":\"multipletext\",\"name\":\"b\",\"title\":\"B\",\"items\":[\n"
	 "{\"name\":\"i\",\"title\":\"Téléphone\",\"inputType\":\"tel\"}],\"barometre\":{\"role\":\"text\"}}",
		"1:1 note few-translations | 4:33 error identifying"},
	/* tables */
	{"{\"type\":\"radiogroup\",\"name\":\"b\",\"title\":\"B\",\"choices\":[{\"value\":\"k\",\"text\":\"Même\"},\n"
	 "{\"value\":\"l\",\"text\":\"Même\"},\n{\"value\":\"m\",\"text\":\"meme\"}]}",
		"4:14 error same-text | 5:14 warning near-text | 5:14 warning near-text"},
	{"{\"type\":\"radiogroup\",\"name\":\"b\",\"title\":\"B\",\"choices\":[{\"value\":\"k_1\",\"text\":\"K\"},\n"
	 "{\"value\":\"k1\",\"text\":\"L\"}]}",
		"4:10 warning near-code"},
	{"{\"type\":\"radiogroup\",\"name\":\"b\",\"title\":\"B\",\"choices\":[\"k\",\n{\"value\":\"l\",\"text\":\"Autre\"}],\"showOtherItem\":true}",
		"1:1 note few-translations | 4:14 error same-text"},
	{"{\"type\":\"radiogroup\",\"name\":\"b\",\n\"title\":\"A\",\"choices\":[\"k\"]}",
		"4:1 warning same-label"},
	/* names of other files */
	{"{\"type\":\"comment\",\"name\":\"b\",\"title\":\"B\",\"barometre\":{\"role\":\"text\",\n"
	 "\"codebook\":\"rien\",\n\"lexicon\":[\"mot\",\"inconnu\"]}}",
		"4:1 error no-such-codebook | 5:18 error no-such-word"},
	{"{\"type\":\"comment\",\"name\":\"b\",\"title\":\"B\",\"barometre\":{\"role\":\"text\",\"codebook\":\"livre\"}}",
		""},
	/* a translation names the same answers */
	{RADIO("b",
		 "") "]},{\"name\":\"deux\",\"title\":\"75\",\"elements\":[\n"
		     "{\"type\":\"html\",\"name\":\"h\",\"html\":{\"fr\":\"Un {a}\",\"en\":\"One {b}\"}}",
		"1:1 error no-translation | 1:1 error no-translation | 1:1 error no-translation | "
		"2:33 error no-translation | 3:33 error no-translation | 4:27 error other-names"},
	/* sizes */
	{"{\"type\":\"comment\",\"name\":\"b\",\"title\":\"B\",\"maxLength\":4000,\"barometre\":{\"role\":\"text\"}}",
		"1:1 warning box-too-small"},
	{"{\"type\":\"comment\",\"name\":\"b\",\"title\":\"B\",\"maxLength\":3000,\"barometre\":{\"role\":\"contact\"}}",
		"1:1 warning contact-too-long"},
};

static void run(const char *json, struct findings *ret)
{
	json_error_t why;
	json_t *books = json_loads("{\"livre\":[{\"code\":\"t\"}]}", 0, &why);
	json_t *lexicon = json_loads(
		"[{\"term\":\"mot\",\"variants\":[\"mots\"]}]", 0, &why);
	static const char *const editions[] = {"2023", NULL};
	struct check_options options = {.codebooks = books,
		.lexicon = lexicon,
		.box_reserved = 1000,
		.contact_bytes = 4095,
		.editions = editions};
	assert_non_null(books);
	assert_non_null(lexicon);
	form_check(str_of(json), "x.json", &options, ret);
	json_decref(books);
	json_decref(lexicon);
}

/* Places on line 1 are those of HEAD, which no test wants to count. */
static void describe(const struct findings *f, struct buf *out)
{
	static const char *const levels[] = {"error", "warning", "note"};
	for (size_t i = 0; i < f->count; i++)
		buf_printf(out, "%s%d:%d %s %s", i ? " | " : "", f->list[i].line,
			f->list[i].line == 1 ? 1 : f->list[i].column,
			levels[f->list[i].level], f->list[i].rule);
}

static void each_finding_has_its_place_and_its_rule(void **state)
{
	(void)state;
	int wrong = 0;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct findings f;
		struct buf got = BUF_LIMIT(10000);
		struct buf all = BUF_LIMIT(10000);
		char *json = x_printf(HEAD A "%s" TAIL, cases[i].elements);
		run(json, &f);
		describe(&f, &got);
		if (!str_eq_z(buf_str(&got), cases[i].expected)) {
			findings_write(&f, "x.json", &all);
			print_error("%s\n  gave   %s\n  wanted %s\n%s", cases[i].elements,
				buf_str(&got).p, cases[i].expected, buf_str(&all).p);
			wrong++;
		}
		findings_release(&f);
		buf_release(&got);
		buf_release(&all);
		free(json);
	}
	assert_int_equal(wrong, 0);
	print_message("%zu forms\n", COUNT_OF(cases));
}

static void a_form_that_cannot_be_read_gives_one_finding_with_its_place(void **state)
{
	(void)state;
	struct findings f;
	struct buf out = BUF_LIMIT(10000);
	run("{\n  \"été\": {\"titre\": 1}, \"title\": 3}", &f);
	findings_write(&f, "x.json", &out);
	assert_int_equal(f.count, 1);
	assert_string_equal(f.list[0].rule, "unreadable");
	assert_int_equal(f.list[0].line, 2);
	assert_int_equal(f.list[0].column, 3);
	assert_true(str_starts(
		buf_str(&out), STR("x.json:2:3: error: key 'été' of the form")));
	findings_release(&f);
	run("{\n  \"title\": ]", &f);
	assert_int_equal(f.list[0].line, 2);
	findings_release(&f);
	buf_release(&out);
}

/* The column of a mistake inside a condition is that of the file, also behind accents and escapes. */
static void a_mistake_in_a_condition_is_shown_where_it_stands(void **state)
{
	(void)state;
	struct findings f;
	run(HEAD A RADIO("b",
		    ",\"description\":\"éé\",\"visibleIf\":\"{a} = \\u0027x\\u0027 or {zz} empty\"")
			TAIL,
		&f);
	assert_int_equal(f.count, 1);
	assert_string_equal(f.list[0].rule, "unreadable");
	const char *line = RADIO("b",
		",\"description\":\"ee\",\"visibleIf\":\"{a} = \\u0027x\\u0027 or {zz} empty\"");
	assert_int_equal(f.list[0].line, 3);
	assert_int_equal(f.list[0].column, strstr(line, "{zz}") - line + 1);
	findings_release(&f);
}

/* A mistake in one condition does not hide that of another. */
static void every_mistake_in_a_condition_is_found_at_once(void **state)
{
	(void)state;
	struct findings f;
	struct buf got = BUF_LIMIT(10000);
	run(HEAD A RADIO("b", ",\n\"visibleIf\":\"{aa} = 'x'\"") ",\n" RADIO("c",
		    ",\n\"visibleIf\":\"é {a} = \",\"requiredIf\":\"{a} = 'k'\"") ",\n" RADIO("c",
		    "") TAIL,
		&f);
	describe(&f, &got);
	assert_string_equal(buf_str(&got).p, "7:22 error unreadable");
	findings_release(&f);
	buf_clear(&got);
	run(HEAD A RADIO("b", ",\n\"visibleIf\":\"{aa} = 'x'\"") ",\n" RADIO(
		    "c", ",\n\"visibleIf\":\"{a} = \",\"requiredIf\":\"{a} = 'k'\"") TAIL,
		&f);
	describe(&f, &got);
	assert_string_equal(buf_str(&got).p,
		"4:14 error unreadable | 6:20 error unreadable | 6:42 error unreadable");
	findings_release(&f);
	buf_release(&got);
}

static void missing_translations_are_listed_with_their_place(void **state)
{
	(void)state;
	struct findings f;
	run(HEAD
		"{\"type\":\"html\",\"name\":\"a0\",\"html\":{\"fr\":\"Un\",\"en\":\"One\"}},\n"
		"{\"type\":\"radiogroup\",\"name\":\"a\",\n\"title\":\"Une phrase sans traduction\",\"choices\":[\"x\",\n"
		"{\"value\":\"y\",\"text\":\"Encore une phrase sans traduction\"},{\"value\":\"z\",\"text\":\"75 %\"}]}" TAIL,
		&f);
	size_t title = 0, text = 0;
	for (size_t i = 0; i < f.count; i++) {
		assert_string_equal(f.list[i].rule, "no-translation");
		title += f.list[i].line == 4 && f.list[i].column == 1;
		text += f.list[i].line == 5 && f.list[i].column == 14;
		assert_null(strstr(f.list[i].text, "75"));
	}
	assert_int_equal(title, 1);
	assert_int_equal(text, 1);
	findings_release(&f);
}

static void the_five_forms_are_clean(void **state)
{
	(void)state;
	static const char *const names[] = {
		"associations", "patients", "equipes", "etablissements", "formation"};
	char *books = file_text(SOURCE_DIR "/forms/codebooks.json");
	char *lexicon = file_text(SOURCE_DIR "/forms/lexique.json");
	static const char *const editions[] = {"2021", "2023", NULL};
	struct check_options options = {.codebooks = json_loads(books, 0, NULL),
		.lexicon = json_loads(lexicon, 0, NULL),
		.box_reserved = 5656,
		.contact_bytes = 4095,
		.editions = editions};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct findings f;
		struct buf out = BUF_LIMIT(1 << 20);
		char *path = x_printf(SOURCE_DIR "/forms/%s.json", names[i]);
		char *json = file_text(path);
		form_check(str_of(json), path, &options, &f);
		findings_write(&f, path, &out);
		if (f.count > 0)
			fail_msg("%s", buf_str(&out).p);
		findings_release(&f);
		buf_release(&out);
		free(json);
		free(path);
	}
	json_decref((json_t *)(uintptr_t)options.codebooks);
	json_decref((json_t *)(uintptr_t)options.lexicon);
	free(books);
	free(lexicon);
}

/* Random forms, every answer tried */

#define TYPED_COUNT \
 4 /* questions that people answer freely, then those with conditions */
#define ASKED_COUNT 7
enum kind {
	KIND_RADIO,
	KIND_BOOLEAN,
	KIND_RATING,
	KIND_CHECKBOX,
	KIND_MATRIX,
	KIND_NUMBER,
	KIND_COMMENT,
	KIND_BOUNDED, /* a number, its bounds by a validator */
	KIND_TWO,     /* a checkbox of at most two ticks */
	KIND_MULTIPLETEXT,
	KIND_COUNT
};

struct world {
	uint64_t seed;
	enum kind kind[ASKED_COUNT];
	struct buf json;
};

static unsigned draw(struct world *w, unsigned below)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(w->seed >> 33) % below;
}

static const char *pick(struct world *w, const char *const *list, unsigned count)
{
	return list[draw(w, count)];
}

#define PICK(w, ...)                         \
 pick(w, (const char *const[]){__VA_ARGS__}, \
	 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Another question of the same kind before `before`, or the same one. */
static int same_kind(struct world *w, int q, int before)
{
	int other = (int)draw(w, (unsigned)before);
	return w->kind[other] == w->kind[q] ? other : q;
}

static void atom(struct world *w, int before, struct buf *out)
{
	int q = (int)draw(w, (unsigned)before), other = same_kind(w, q, before);
	if (draw(w, 5) == 0) {
		buf_printf(out, "{q%d} %s", q, PICK(w, "empty", "notempty"));
		return;
	}
	switch (w->kind[q]) {
	case KIND_COMMENT:
	case KIND_COUNT:
		buf_printf(out, "{q%d} %s", q, PICK(w, "empty", "notempty"));
		break;
	case KIND_MULTIPLETEXT:
		buf_printf(out, "{q%d.%s", q,
			PICK(w, "i} > 1", "i} <= 2", "i} empty", "t} notempty",
				"t} empty"));
		break;
	case KIND_RADIO:
		if (draw(w, 4) == 0)
			buf_printf(out, "{q%d} %s {q%d}", q, PICK(w, "=", "!="), other);
		else
			buf_printf(out, "{q%d} %s", q,
				PICK(w, "= 'a'", "!= 'b'", "anyof ['a','c']",
					"noneof ['a']", "= 'c'"));
		break;
	case KIND_BOOLEAN:
		buf_printf(out, "{q%d} %s", q, PICK(w, "= true", "= false", "!= true"));
		break;
	case KIND_RATING:
		buf_printf(out, "{q%d} %s", q,
			PICK(w, "> 2", "<= 1", "= 4", "!= 2", "+ 1 > 3", "* 2 = 5"));
		break;
	case KIND_CHECKBOX:
	case KIND_TWO:
		if (draw(w, 4) == 0)
			buf_printf(
				out, "count({q%d}) %s", q, PICK(w, "> 1", "> 2", "= 1"));
		else
			buf_printf(out, "{q%d} %s", q,
				PICK(w, "contains 'a'", "notcontains 'b'",
					"anyof ['a','n']", "allof ['a','b']",
					"allof ['b','n']", "noneof ['a']"));
		break;
	case KIND_MATRIX:
		buf_printf(out, "{q%d.%s} %s", q, PICK(w, "r", "s"),
			PICK(w, "= 'u'", "!= 'v'", "empty", "notempty"));
		break;
	case KIND_NUMBER:
	case KIND_BOUNDED:
		if (draw(w, 3) == 0)
			buf_printf(
				out, "{q%d} %s {q%d}", q, PICK(w, "<", ">=", "="), other);
		else
			buf_printf(out, "{q%d} %s", q,
				PICK(w, "> 1", "< 1", ">= 3", "= 2", "< 0", "<= 2"));
		break;
	}
}

static void condition(struct world *w, int before, int depth, struct buf *out)
{
	unsigned way = depth > 0 ? draw(w, 6) : 0;
	if (way < 2) {
		atom(w, before, out);
		return;
	}
	buf_puts(out, way == 2 ? "!(" : "(");
	condition(w, before, depth - 1, out);
	if (way > 2) {
		buf_puts(out, way == 3 ? ") or (" : ") and (");
		condition(w, before, depth - 1, out);
	}
	buf_addc(out, ')');
}

static void question(struct world *w, int i, struct buf *out)
{
	static const char *const rest[] = {
		"\"type\":\"radiogroup\",\"choices\":[\"a\",\"b\",\"c\",\"d\"]",
		"\"type\":\"boolean\"", "\"type\":\"rating\",\"rateMax\":3",
		"\"type\":\"checkbox\",\"choices\":[\"a\",\"b\",\"e\",\"n\"],\"barometre\":{\"exclusive\":[\"n\"]}",
		"\"type\":\"matrix\",\"columns\":[\"u\",\"v\"],\"rows\":[\"r\",\"s\"]",
		"\"type\":\"text\",\"inputType\":\"number\",\"min\":0,\"max\":3",
		"\"type\":\"comment\",\"barometre\":{\"role\":\"text\"}",
		"\"type\":\"text\",\"inputType\":\"number\",\"validators\":[{\"type\":\"numeric\",\"minValue\":0.5,\"maxValue\":2}]",
		"\"type\":\"checkbox\",\"choices\":[\"a\",\"b\",\"e\",\"n\"],\"validators\":[{\"type\":\"answercount\",\"maxCount\":2}],"
		"\"barometre\":{\"exclusive\":[\"n\"]}",
		"\"type\":\"multipletext\",\"items\":[{\"name\":\"i\",\"title\":\"I\",\"inputType\":\"number\",\"min\":0,\"max\":2},"
		"{\"name\":\"t\",\"title\":\"T\"}],\"barometre\":{\"role\":\"text\"}"};
	w->kind[i] = (enum kind)draw(w, KIND_COUNT);
	buf_printf(out, "{\"name\":\"q%d\",\"title\":\"q%d\",%s", i, i, rest[w->kind[i]]);
	if (i > 0 && (i >= TYPED_COUNT || draw(w, 3) == 0)) {
		buf_puts(out, ",\"visibleIf\":\"");
		condition(w, i, 2, out);
		buf_addc(out, '"');
	}
	buf_addc(out, '}');
}

/* Two pages, each begins with a text that is shown whenever the page is. */
static void build(struct world *w)
{
	struct buf *out = &w->json;
	buf_puts(out,
		"{\"title\":\"Essai 0\",\"locale\":\"fr\",\"clearInvisibleValues\":\"onHiddenContainer\","
		"\"barometre\":{\"audience\":\"essai\",\"version\":\"1\",\"minutes\":5,"
		"\"boxBytes\":8192,\"audienceLabel\":\"Essai 0\",\"complete\":[]},\"pages\":["
		"{\"name\":\"p0\",\"title\":\"P\",\"elements\":[");
	for (int i = 0; i < TYPED_COUNT; i++) {
		question(w, i, out);
		buf_addc(out, i + 1 < TYPED_COUNT ? ',' : ']');
	}
	buf_puts(out, "},{\"name\":\"p1\",\"title\":\"P\"");
	if (draw(w, 2)) {
		buf_puts(out, ",\"visibleIf\":\"");
		condition(w, TYPED_COUNT, 1, out);
		buf_addc(out, '"');
	}
	buf_puts(out, ",\"elements\":[{\"type\":\"html\",\"name\":\"h\",\"html\":\"H\"}");
	for (int i = TYPED_COUNT; i < ASKED_COUNT; i++) {
		buf_addc(out, ',');
		question(w, i, out);
	}
	buf_puts(out, "]}]}");
}

/* Every answer the question can take, in JSON; numbers at and twice between all constants. */
static const char *const answers_of[] = {
	"[null,\"a\",\"b\",\"c\",\"d\"]",
	"[null,true,false]",
	"[null,1,2,3]",
	"[null,[\"a\"],[\"b\"],[\"e\"],[\"n\"],[\"a\",\"b\"],[\"a\",\"e\"],[\"b\",\"e\"],[\"a\",\"b\",\"e\"]]",
	"[null,{\"r\":\"u\"},{\"r\":\"v\"},{\"s\":\"u\"},{\"s\":\"v\"},{\"r\":\"u\",\"s\":\"u\"},{\"r\":\"u\",\"s\":\"v\"},"
	"{\"r\":\"v\",\"s\":\"u\"},{\"r\":\"v\",\"s\":\"v\"}]",
	"[null,0,0.2,0.4,0.6,1,1.2,1.4,1.6,2,2.2,2.4,2.6,3]",
	"[null,\"x\"]",
	"[null,0.5,0.6,0.8,1,1.2,1.4,1.6,2]",
	"[null,[\"a\"],[\"b\"],[\"e\"],[\"n\"],[\"a\",\"b\"],[\"a\",\"e\"],[\"b\",\"e\"]]",
	"[null,{\"i\":0},{\"i\":0.5},{\"i\":1},{\"i\":1.5},{\"i\":2},{\"t\":\"x\"},{\"i\":0,\"t\":\"x\"},{\"i\":0.5,\"t\":\"x\"},"
	"{\"i\":1,\"t\":\"x\"},{\"i\":1.5,\"t\":\"x\"},{\"i\":2,\"t\":\"x\"}]",
};

/* What really happens, over all answers. */
struct truth {
	bool ever[ASKED_COUNT], not_ever[ASKED_COUNT]; /* while the page is shown */
	bool page, no_page, bare;
};

static bool try_all(
	struct world *w, const struct form *form, struct truth *t, size_t limit)
{
	json_t *lists[ASKED_COUNT];
	size_t at[ASKED_COUNT] = {0}, product = 1;
	bool more = true;
	for (int i = 0; i < ASKED_COUNT; i++) {
		lists[i] = json_loads(answers_of[w->kind[i]], 0, NULL);
		/* Nobody reads the last one. */
		if (i + 1 < ASKED_COUNT)
			product *= json_array_size(lists[i]);
	}
	for (more = product <= limit; more;) {
		struct routing r;
		json_t *answers = json_object();
		char name[4];
		for (int i = 0; i + 1 < ASKED_COUNT; i++) {
			snprintf(name, sizeof(name), "q%d", i);
			json_t *value = json_array_get(lists[i], at[i]);
			if (!json_is_null(value))
				json_object_set(answers, name, value);
		}
		routing_compute(&r, form, answers, 0);
		size_t html = form_index(form, form_find(form, STR("h")));
		bool page = r.question[html], asked = false;
		for (int i = 0; i < ASKED_COUNT; i++) {
			snprintf(name, sizeof(name), "q%d", i);
			bool seen = r.question[form_index(
				form, form_find(form, str_of(name)))];
			if (i >= TYPED_COUNT && !page)
				continue;
			*(seen ? &t->ever[i] : &t->not_ever[i]) = true;
			asked = asked || (seen && i >= TYPED_COUNT);
		}
		*(page ? &t->page : &t->no_page) = true;
		t->bare = t->bare || (page && !asked);
		routing_release(&r);
		json_decref(answers);
		int i = 0;
		while (i + 1 < ASKED_COUNT && ++at[i] == json_array_size(lists[i]))
			at[i++] = 0;
		more = i + 1 < ASKED_COUNT;
	}
	for (int i = 0; i < ASKED_COUNT; i++)
		json_decref(lists[i]);
	return product <= limit;
}

static bool claims(const struct findings *f, const char *rule, const char *subject)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i].rule, rule) == 0 &&
			strcmp(f->list[i].subject, subject) == 0)
			return true;
	return false;
}

static void expect(struct world *w, uint64_t seed, const struct findings *f,
	const char *rule, const char *subject, bool truth)
{
	if (claims(f, rule, subject) != truth)
		fail_msg("seed %llu: '%s' of %s %s\n%s", (unsigned long long)seed, rule,
			subject, truth ? "was not found" : "is a false alarm", w->json.p);
}

static void brute_force_agrees(void **state)
{
	(void)state;
	const char *wanted = getenv("BAROMETRE_CHECK_FORMS");
	uint64_t forms = 150, done = 0, found = 0;
	if (wanted)
		assert_true(str_parse_u64(str_of(wanted), &forms));
	for (uint64_t seed = 1; done < forms; seed++) {
		struct world w = {.seed = seed, .json = BUF_LIMIT(1 << 16)};
		struct truth t = {0};
		struct findings f = {0};
		struct err err = {0};
		build(&w);
		SCOPED(form_drop)
		struct form *form = form_parse(buf_str(&w.json), "x", &err);
		if (!form)
			fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, err.text,
				w.json.p);
		if (!try_all(&w, form, &t, 8000)) {
			buf_release(&w.json);
			continue;
		}
		run(w.json.p, &f);
		expect(&w, seed, &f, "never-true", "p1", !t.page);
		bool conditional = form->pages[1].visible_if != NULL;
		expect(&w, seed, &f, "always-true", "p1",
			conditional && t.page && !t.no_page);
		for (int i = 0; i < ASKED_COUNT; i++) {
			char name[4];
			snprintf(name, sizeof(name), "q%d", i);
			bool shown = i < TYPED_COUNT || t.page;
			bool has = form_find(form, str_of(name))->visible_if != NULL;
			expect(&w, seed, &f, "never-true", name,
				shown && has && !t.ever[i]);
			expect(&w, seed, &f, "always-true", name,
				shown && has && t.ever[i] && !t.not_ever[i]);
		}
		expect(&w, seed, &f, "bare-page", "p1", t.bare);
		for (size_t i = 0; i < f.count; i++)
			found += strstr(f.list[i].rule, "true") != NULL;
		findings_release(&f);
		buf_release(&w.json);
		done++;
	}
	print_message("%llu random forms, %llu findings\n", (unsigned long long)done,
		(unsigned long long)found);
	assert_true(found > forms / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_finding_has_its_place_and_its_rule),
		cmocka_unit_test(
			a_form_that_cannot_be_read_gives_one_finding_with_its_place),
		cmocka_unit_test(a_mistake_in_a_condition_is_shown_where_it_stands),
		cmocka_unit_test(every_mistake_in_a_condition_is_found_at_once),
		cmocka_unit_test(missing_translations_are_listed_with_their_place),
		cmocka_unit_test(the_five_forms_are_clean),
		cmocka_unit_test(brute_force_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
