/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two releases of one edition, one after the other, and somebody who has both (T19): people come, go, change an answer or
 * move, and the tables are made, protected and written as for a real release. What release_check lets through is subtracted, row
 * by row: nobody, or a table that could have been published, may be left. What it refuses shows that the subtraction bites.
 *
 * BAROMETRE_RELEASE_PAIRS: how many, 1000 unless told.
 */
#include "barometre/report/release_check.h"
#include "report_test.h"

#define PEOPLE_MAX 1700
#define TYPES 4
#define REGIONS 2
#define CELLS 4

struct person {
	size_t type, region, q, s, w; /* CELLS: no answer */
	unsigned m;                   /* ticks, bits; 0: no answer */
};
struct survey {
	struct person people[PEOPLE_MAX];
	size_t n;
};
enum change {
	NOTHING,
	FEW_COME,
	SOME_COME,
	MANY_COME, /* to many */
	GROUP_COMES,
	ALIKE_COME, /* of one group, of one mind */
	GROUP_GOES,
	ONE_CHANGES,
	ONE_MOVES,
	CHANGES
};

static struct form *form;

static int begin(void **state)
{
	(void)state;
	form = crossed_form(
		"{'type':'radiogroup','name':'t','title':'T','choices':['a','b','c','d'],'barometre':{'role':'segment'}},"
		"{'type':'radiogroup','name':'r','title':'R','choices':['a','b'],'barometre':{'role':'segment'}},"
		"{'type':'radiogroup','name':'q','title':'Q','choices':['a','b','c'],'barometre':{'role':'opinion'}},"
		"{'type':'radiogroup','name':'s','title':'S','choices':['a','b','c','d'],'barometre':{'role':'opinion','sensitive':true}},"
		"{'type':'checkbox','name':'m','title':'M','choices':['a','b','c'],'barometre':{'role':'opinion','sensitive':true}},"
		"{'type':'radiogroup','name':'w','title':'W','choices':['a','b','c','d'],'visibleIf':'{q} = \\u0027a\\u0027',"
		"'barometre':{'role':'opinion','sensitive':true}}",
		"'t','r'");
	return 0;
}

static int end(void **state)
{
	(void)state;
	form_free(form);
	return 0;
}

/* ---- people ---- */

static struct person somebody(void)
{
	struct person p = {.type = below(TYPES),
		.region = below(REGIONS),
		.q = below(20) ? below(3) : CELLS,
		.s = below(10) ? below(CELLS) : CELLS,
		.w = below(10) ? below(CELLS) : CELLS,
		.m = (unsigned)below(8)};

	/* Some groups, and some answers, are of few. */
	if (below(3) > 0)
		p.type = 0;
	if (below(2) > 0)
		p.s = 0;
	return p;
}

static void come(struct survey *survey, size_t n, const struct person *group, bool alike)
{
	for (size_t i = 0; i < n && survey->n < PEOPLE_MAX; i++) {
		struct person p = somebody();
		if (group) {
			p.type = group->type;
			p.region = group->region;
		}
		survey->people[survey->n++] = alike ? *group : p;
	}
}

/* Nobody leaves anything out, and nothing is rare. */
static void say_everything(struct survey *survey)
{
	for (size_t i = 0; i < survey->n; i++) {
		struct person *p = &survey->people[i];
		p->type = below(TYPES);
		p->q = below(3);
		p->s = below(CELLS);
		p->w = below(CELLS);
		p->m = 1 + (unsigned)below(7);
	}
}

static void change(struct survey *later, enum change what)
{
	struct person group = somebody(), *one = &later->people[below(later->n)];
	struct survey many = {.n = 0};

	switch (what) {
	case NOTHING:
	case CHANGES:
		break;
	case FEW_COME:
		come(later, 1 + below(12), NULL, false);
		break;
	case SOME_COME:
		come(later, 20 + below(300), NULL, false);
		break;
	case MANY_COME:
		come(&many, 300 + below(600), NULL, false);
		say_everything(&many);
		for (size_t i = 0; i < many.n; i++)
			later->people[later->n++] = many.people[i];
		break;
	case GROUP_COMES:
	case GROUP_GOES: /* the earlier and the later survey are exchanged */
		come(later, 8 + below(60), &group, false);
		break;
	case ALIKE_COME:
		come(later, 8 + below(40), &group, true);
		break;
	case ONE_CHANGES:
		one->s = one->s == CELLS ? 1 : (one->s + 1) % CELLS;
		break;
	case ONE_MOVES:
		one->type = (one->type + 1) % TYPES;
		break;
	}
}

static void put_code(json_t *answers, const char *question, size_t code)
{
	if (code < CELLS)
		json_object_set_new(answers, question,
			json_stringn((const char[]){(char)('a' + code)}, 1));
}

static json_t *answers_from(const struct person *p)
{
	json_t *answers = json_object(), *ticks = json_array();

	put_code(answers, "t", p->type);
	put_code(answers, "r", p->region);
	put_code(answers, "q", p->q);
	put_code(answers, "s", p->s);
	if (p->q == 0)
		put_code(answers, "w", p->w);
	for (size_t i = 0; i < 3; i++)
		if (p->m >> i & 1)
			json_array_append_new(
				ticks, json_stringn((const char[]){(char)('a' + i)}, 1));
	if (p->m != 0)
		json_object_set(answers, "m", ticks);
	json_decref(ticks);
	return answers;
}

/* ---- releases ---- */

static void publish(const struct survey *survey, int64_t version, struct figures *f,
	struct release *r)
{
	struct tabulation *tab = tabulation_new(form);

	for (size_t i = 0; i < survey->n; i++) {
		json_t *answers = answers_from(&survey->people[i]);
		tabulation_add(tab, answers, 0);
		json_decref(answers);
	}
	figures_add(f, "t", tab, usual);
	tabulation_free(tab);
	*r = (struct release){
		.info = {.version = version, .thresholds = usual, .state = "checked"},
		.figures = f->list,
		.figure_count = f->count};
}

static bool let_through(const struct release *r, const struct release *former)
{
	const struct form *const forms[] = {form};
	struct release_findings findings = {0};
	bool good;

	release_check(r, former, former ? 1 : 0, forms, 1, &findings);
	good = findings.count == 0;
	release_findings_release(&findings);
	return good;
}

/* ---- who has both ---- */

static bool same_row(const struct figure *a, const struct figure *b)
{
	return strcmp(a->question, b->question) == 0 &&
		strcmp(a->segment, b->segment) == 0 &&
		strcmp(a->segment_value, b->segment_value) == 0;
}

static const struct figure *find(const struct release *r, const struct figure *wanted)
{
	for (size_t i = 0; i < r->figure_count; i++)
		if (same_row(&r->figures[i], wanted) &&
			strcmp(r->figures[i].option, wanted->option) == 0)
			return &r->figures[i];
	return NULL;
}

static bool few(int64_t n, int64_t least)
{
	n = n < 0 ? -n : n;
	return n > 0 && n < least;
}

/* Does the difference of the two lines tell of one person, or of few, or what all of those had in common? */
static bool line_tells(const struct figure *now, const struct figure *then)
{
	bool sensitive = strchr("smw", *now->question) != NULL;
	bool ticks = strcmp(now->type, "multiple") == 0;
	int64_t people = now->base - then->base, n = now->count - then->count;

	if (now->base < 0 || then->base < 0 ||
		strcmp(now->question, "participation") == 0)
		return false;
	if (few(people, usual.min_base))
		return true;
	if (now->has_value || then->has_value)
		return people == 0 && now->has_value && then->has_value &&
			(now->value < then->value || now->value > then->value);
	if (now->count < 0 || then->count < 0)
		return false;
	if (people == 0)
		return n != 0;
	if (sensitive &&
		(few(n, usual.min_cell) || (ticks && few(people - n, usual.min_cell))))
		return true;
	return n == people || (ticks && n == 0);
}

/* The row that is told by the least, for whoever reads the failure. */
static const struct figure *telling_line(
	const struct release *now, const struct release *then)
{
	for (size_t i = 0; i < now->figure_count; i++) {
		const struct figure *line = &now->figures[i], *former = find(then, line);
		if (former && line_tells(line, former))
			return line;
	}
	return NULL;
}

struct score {
	long passed, refused, told;
};

static void attack(struct score *score, enum change what)
{
	struct survey first = {.n = 0}, second;
	struct figures f1 = {0}, f2 = {0};
	struct release r1, r2;
	const struct figure *line;

	come(&first, 60 + below(240), NULL, false);
	if (what == MANY_COME) {
		come(&first, 400, NULL, false);
		say_everything(&first);
	}
	second = first;
	change(&second, what);
	publish(what == GROUP_GOES ? &second : &first, 1, &f1, &r1);
	publish(what == GROUP_GOES ? &first : &second, 2, &f2, &r2);
	/* What protect() tells, the check of a release by itself agrees with. */
	assert_true(let_through(&r1, NULL) && let_through(&r2, NULL));
	line = telling_line(&r2, &r1);
	if (!let_through(&r2, &r1)) {
		score->refused++;
		score->told += line != NULL;
	} else {
		score->passed++;
		if (line)
			fail_msg("change %d: %s by %s %s, option %s, tells", (int)what,
				line->question, line->segment, line->segment_value,
				line->option);
	}
	figures_release(&f1);
	figures_release(&f2);
}

static void two_releases_tell_of_nobody(void **state)
{
	const char *text = getenv("BAROMETRE_RELEASE_PAIRS");
	long pairs = text ? strtol(text, NULL, 10) : 1000;
	struct score scores[CHANGES] = {{0, 0, 0}};

	(void)state;
	for (long i = 0; i < pairs; i++)
		attack(&scores[i % CHANGES], (enum change)(i % CHANGES));
	for (size_t i = 0; i < CHANGES; i++)
		printf("change %zu: %ld passed, %ld refused, of which %ld tell by one subtraction\n",
			i, scores[i].passed, scores[i].refused, scores[i].told);
	/* The same again always passes, few never; and what is refused would have told. */
	assert_int_equal(scores[NOTHING].refused, 0);
	assert_true(scores[FEW_COME].told * 2 > pairs / CHANGES);
	assert_true(scores[ONE_CHANGES].told * 4 > pairs / CHANGES);
	assert_true(scores[MANY_COME].passed * 10 > pairs / CHANGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_releases_tell_of_nobody),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
