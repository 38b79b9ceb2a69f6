/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of a page: questions, html, and panels, which are flattened. */
#include <stdio.h>

#include "reader.h"

#define MAX_QUESTIONS 500
#define MAX_PANELS 4

#define COMMON \
 "type", "name", "title", "description", "isRequired", "visibleIf", "barometre"

static const char *const text_keys[] = {
	COMMON, "inputType", "min", "max", "maxLength", "placeholder", NULL};
static const char *const comment_keys[] = {COMMON, "maxLength", "placeholder", NULL};
static const char *const radio_keys[] = {
	COMMON, "choices", "showOtherItem", "otherText", "showNoneItem", NULL};
static const char *const dropdown_keys[] = {COMMON, "choices", "showOtherItem",
	"otherText", "showNoneItem", "placeholder", NULL};
static const char *const boolean_keys[] = {COMMON, NULL};
static const char *const rating_keys[] = {COMMON, "rateMin", "rateMax", "rateStep", NULL};
static const char *const matrix_keys[] = {
	COMMON, "columns", "rows", "eachRowRequired", NULL};
static const char *const html_keys[] = {
	"type", "name", "html", "visibleIf", "barometre", NULL};
static const char *const panel_keys[] = {"type", "name", "elements", "visibleIf", NULL};
static const char *const own_keys[] = {"role", "sensitive", "published", "new",
	"codebook", "exclusive", "scale", "notConcerned", "lexicon", "short", NULL};

static const struct {
	const char *name;
	enum question_type type;
	const char *const *keys;
} types[] = {
	{"text", QUESTION_TEXT, text_keys},
	{"comment", QUESTION_COMMENT, comment_keys},
	{"radiogroup", QUESTION_RADIOGROUP, radio_keys},
	{"checkbox", QUESTION_CHECKBOX, radio_keys},
	{"dropdown", QUESTION_DROPDOWN, dropdown_keys},
	{"boolean", QUESTION_BOOLEAN, boolean_keys},
	{"rating", QUESTION_RATING, rating_keys},
	{"matrix", QUESTION_MATRIX, matrix_keys},
	{"html", QUESTION_HTML, html_keys},
};
static const struct {
	const char *name;
	enum input_type input;
	long long max_length;
} inputs[] = {
	{"text", INPUT_TEXT, 200},
	{"number", INPUT_NUMBER, 30},
	{"date", INPUT_DATE, 10},
	{"month", INPUT_MONTH, 10},
	{"email", INPUT_EMAIL, 254},
	{"tel", INPUT_TEL, 30},
};
static const char *const roles[] = {
	"opinion", "segment", "locality", "text", "identifying", "contact"};

static bool read_text_question(struct reader *r, json_t *o, struct question *q)
{
	const char *input = "text";
	size_t i = 0;
	long long max_length = 0;
	if (!reader_string(r, o, "inputType", &input))
		return false;
	while (i < COUNT_OF(inputs) && strcmp(inputs[i].name, input) != 0)
		i++;
	if (i == COUNT_OF(inputs))
		return reader_refuse(r, o, "inputType",
			"inputType '%.40s' is outside the profile: text, number, date, month, email or tel",
			input);
	q->input = inputs[i].input;
	max_length = inputs[i].max_length;
	if (!reader_number(r, o, "min", &q->has_min, &q->min) ||
		!reader_number(r, o, "max", &q->has_max, &q->max) ||
		!reader_whole(r, o, "maxLength", 1, 10000, &max_length))
		return false;
	q->max_length = (size_t)max_length;
	if ((q->has_min || q->has_max) && q->input != INPUT_NUMBER)
		return reader_refuse(r, o, q->has_min ? "min" : "max",
			"min and max are for \"inputType\": \"number\": remove them from '%s'",
			q->name);
	if (q->has_min && q->has_max && q->min > q->max)
		return reader_refuse(
			r, o, "min", "min of '%s' is above max: exchange them", q->name);
	return true;
}

static bool read_choice_question(struct reader *r, json_t *o, struct question *q)
{
	bool none = false;
	q->other_text = "Autre";
	if (!reader_choices(r, o, "choices", q->name, &q->choices, &q->choice_count) ||
		!reader_bool(r, o, "showOtherItem", &q->has_other) ||
		!reader_text(r, o, "otherText", &q->other_text) ||
		!reader_bool(r, o, "showNoneItem", &none))
		return false;
	if (json_object_get(o, "otherText") && !q->has_other)
		return reader_refuse(r, o, "otherText",
			"otherText of '%s' is never shown: add \"showOtherItem\": true",
			q->name);
	if (!none)
		return true;
	if (question_find_choice(q, STR("none")))
		return reader_refuse(r, o, "none",
			"the code 'none' of '%s' clashes with showNoneItem: remove one",
			q->name);
	struct choice *last = (struct choice *)(uintptr_t)&q->choices[q->choice_count++];
	*last = (struct choice){
		.code = "none", .text = "Aucune de ces réponses", .exclusive = true};
	return true;
}

static bool read_rating(struct reader *r, json_t *o, struct question *q)
{
	bool has = true;
	q->min = 1;
	q->max = 5;
	q->step = 1;
	q->has_min = q->has_max = true;
	if (!reader_number(r, o, "rateMin", &has, &q->min) ||
		!reader_number(r, o, "rateMax", &has, &q->max) ||
		!reader_number(r, o, "rateStep", &has, &q->step))
		return false;
	double steps = q->step > 0 ? (q->max - q->min) / q->step : 0;
	return (steps >= 1 && steps <= 100) ||
		reader_refuse(r, o, "rateMax",
			"the scale of '%s' must have 2 to 101 values", q->name);
}

static bool read_boolean(struct reader *r, struct question *q)
{
	struct choice *choices = arena_alloc(&r->owner->arena, 2, sizeof(*choices));
	choices[0] = (struct choice){.code = "true", .text = "Oui"};
	choices[1] = (struct choice){.code = "false", .text = "Non"};
	q->choices = choices;
	q->choice_count = 2;
	return true;
}

static bool read_matrix(struct reader *r, json_t *o, struct question *q)
{
	return reader_choices(r, o, "columns", q->name, &q->choices, &q->choice_count) &&
		reader_choices(r, o, "rows", q->name, &q->rows, &q->row_count) &&
		reader_bool(r, o, "eachRowRequired", &q->each_row_required);
}

static bool read_kind(struct reader *r, json_t *o, struct question *q)
{
	long long max_length = 2000;
	switch (q->type) {
	case QUESTION_TEXT:
		return read_text_question(r, o, q);
	case QUESTION_COMMENT:
		if (!reader_whole(r, o, "maxLength", 1, 10000, &max_length))
			return false;
		q->max_length = (size_t)max_length;
		return true;
	case QUESTION_RADIOGROUP:
	case QUESTION_CHECKBOX:
	case QUESTION_DROPDOWN:
		return read_choice_question(r, o, q);
	case QUESTION_BOOLEAN:
		return read_boolean(r, q);
	case QUESTION_RATING:
		return read_rating(r, o, q);
	case QUESTION_MATRIX:
		return read_matrix(r, o, q);
	case QUESTION_HTML:
		return reader_need_text(r, o, "html", &q->html);
	case QUESTION_CALCULATED:
		break;
	}
	return true;
}

/* Marks the choices a list of codes names. */
static bool mark_choices(
	struct reader *r, json_t *own, const char *key, struct question *q)
{
	const char *const *codes = NULL;
	size_t n = 0;
	bool exclusive = strcmp(key, "exclusive") == 0;
	if (!reader_strings(r, own, key, &codes, &n))
		return false;
	if (n > 0 && exclusive && q->type != QUESTION_CHECKBOX)
		return reader_refuse(r, own, key,
			"'exclusive' is for checkboxes: remove it from '%s'", q->name);
	for (size_t i = 0; i < n; i++) {
		const struct choice *c = question_find_choice(q, str_of(codes[i]));
		if (!c)
			return reader_refuse(r, own, codes[i],
				"'%s' has no choice '%.60s' to be %s", q->name, codes[i],
				key);
		struct choice *mine = (struct choice *)(uintptr_t)c;
		if (exclusive)
			mine->exclusive = true;
		else
			mine->not_concerned = true;
	}
	return true;
}

bool reader_published(struct reader *r, json_t *own, struct question *q)
{
	json_t *published = json_object_get(own, "published");
	if (!published)
		return true;
	if (!json_is_object(published))
		return reader_refuse(r, own, "published",
			"'published' is an object by year: {\"2023\": \"…\"}");
	const char *year, *wording;
	json_t *member;
	json_object_foreach(published, year, member) {
		uint64_t number;
		if (strlen(year) != 4 || !str_parse_u64(str_of(year), &number))
			return reader_refuse(
				r, published, year, "'%.40s' is no year", year);
		if (!reader_string(r, published, year, &wording))
			return false;
		if (number == 2023)
			q->published_2023 = wording;
	}
	return true;
}

/* What people type freely may tell who they are: it needs a role that keeps it apart. */
static bool check_role(struct reader *r, json_t *o, const struct question *q)
{
	bool typed = q->type == QUESTION_COMMENT ||
		(q->type == QUESTION_TEXT &&
			(q->input == INPUT_TEXT || q->input == INPUT_EMAIL ||
				q->input == INPUT_TEL));
	bool kept = q->role == ROLE_OPINION || q->role == ROLE_SEGMENT;
	if (typed && kept)
		return reader_refuse(r, o, "role",
			"what is typed in '%s' could tell who answers: give it the role text, "
			"identifying, contact or locality",
			q->name);
	if (!typed && q->role == ROLE_TEXT)
		return reader_refuse(r, o, "role",
			"the role text is for typed answers: give '%s' the role opinion",
			q->name);
	if (q->role == ROLE_LOCALITY &&
		(q->type != QUESTION_TEXT || q->input != INPUT_TEXT))
		return reader_refuse(r, o, "role",
			"a locality is \"type\": \"text\" without inputType: change '%s'",
			q->name);
	if (q->codebook && q->role != ROLE_TEXT)
		return reader_refuse(r, o, "codebook",
			"a codebook is for open answers: give '%s' the role text or remove it",
			q->name);
	return true;
}

static bool read_own(struct reader *r, json_t *o, struct question *q)
{
	json_t *own = json_object_get(o, "barometre");
	const char *role = "opinion";
	bool is_new = false;
	q->lexicon = arena_alloc(&r->owner->arena, 1, sizeof(*q->lexicon));
	if (own && !json_is_object(own))
		return reader_refuse(
			r, o, "barometre", "'barometre' of '%s' is an object", q->name);
	if (own &&
		(!reader_keys(r, own, own_keys, "barometre") ||
			!reader_string(r, own, "role", &role) ||
			!reader_bool(r, own, "sensitive", &q->sensitive) ||
			!reader_bool(r, own, "new", &is_new) ||
			!reader_bool(r, own, "scale", &q->scale) ||
			!reader_string(r, own, "codebook", &q->codebook) ||
			!reader_text(r, own, "short", &q->short_label) ||
			!reader_strings(r, own, "lexicon", &q->lexicon, NULL) ||
			!reader_published(r, own, q) ||
			!mark_choices(r, own, "exclusive", q) ||
			!mark_choices(r, own, "notConcerned", q)))
		return false;
	size_t i = 0;
	while (i < COUNT_OF(roles) && strcmp(roles[i], role) != 0)
		i++;
	if (i == COUNT_OF(roles))
		return reader_refuse(r, own, "role",
			"role '%.40s' is not one of opinion segment locality text identifying contact",
			role);
	q->role = (enum question_role)i;
	return q->type == QUESTION_HTML || check_role(r, o, q);
}

static bool check_unique(struct reader *r, json_t *o, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->questions[i].question.name, name) == 0)
			return reader_refuse(r, o, "name",
				"the name '%s' is already taken by another question: rename one",
				name);
	return true;
}

static bool read_question(
	struct reader *r, json_t *o, size_t kind, size_t page, const char *panel_if)
{
	struct question q = {.type = types[kind].type, .page = page, .title = ""};
	char what[90];
	if (!reader_name(r, o, &q.name) || !check_unique(r, o, q.name))
		return false;
	snprintf(what, sizeof(what), "%s '%s'", types[kind].name, q.name);
	if (!reader_keys(r, o, types[kind].keys, what))
		return false;
	if (q.type != QUESTION_HTML && !reader_need_text(r, o, "title", &q.title))
		return false;
	if (!reader_text(r, o, "description", &q.description) ||
		!reader_text(r, o, "placeholder", &q.placeholder) ||
		!reader_bool(r, o, "isRequired", &q.required) || !read_kind(r, o, &q) ||
		!read_own(r, o, &q))
		return false;
	if (!q.short_label)
		q.short_label = q.title;
	if (r->count == MAX_QUESTIONS)
		return reader_refuse(
			r, o, NULL, "a form has at most %d questions", MAX_QUESTIONS);
	if (r->count == r->capacity) {
		r->capacity = r->capacity ? 2 * r->capacity : 64;
		r->questions = x_realloc(
			r->questions, r->capacity * sizeof(*r->questions));
	}
	r->questions[r->count++] = (struct pending){
		.question = q, .object = o, .panel_if = panel_if, .page = page};
	return true;
}

/* A panel's condition goes to each of its questions. */
static bool read_panel(
	struct reader *r, json_t *o, size_t page, const char *outer, int depth)
{
	const char *name = "", *condition = NULL;
	struct expr *e;
	if (!reader_name(r, o, &name) || !reader_keys(r, o, panel_keys, "a panel") ||
		!reader_string(r, o, "visibleIf", &condition))
		return false;
	if (depth == MAX_PANELS)
		return reader_refuse(r, o, NULL,
			"panels lie too deep inside each other: flatten '%s'", name);
	if (condition) {
		if (!reader_expr(r, o, "visibleIf", str_of(condition), name, &e))
			return false;
		SCOPED(free_char)
		char *both = outer ? x_printf("(%s) and (%s)", outer, condition)
				   : x_strdup(condition);
		condition = arena_dup(&r->owner->arena, str_of(both));
	}
	return reader_elements(r, o, page, condition ? condition : outer, depth + 1);
}

bool reader_elements(
	struct reader *r, json_t *holder, size_t page, const char *panel_if, int depth)
{
	json_t *elements = json_object_get(holder, "elements");
	if (json_array_size(elements) == 0)
		return reader_refuse(
			r, holder, "elements", "'elements' must be a list of questions");
	for (size_t i = 0; i < json_array_size(elements); i++) {
		json_t *o = json_array_get(elements, i);
		const char *type = "";
		size_t kind = 0;
		if (!json_is_object(o))
			return reader_refuse(
				r, holder, "elements", "an element is an object");
		if (!reader_need_string(r, o, "type", &type))
			return false;
		while (kind < COUNT_OF(types) && strcmp(types[kind].name, type) != 0)
			kind++;
		bool panel = strcmp(type, "panel") == 0;
		if (kind == COUNT_OF(types) && !panel)
			return reader_refuse(r, o, "type",
				"type '%.40s' is outside the profile: text, comment, radiogroup, checkbox, "
				"dropdown, boolean, rating, matrix, html or panel",
				type);
		if (panel ? !read_panel(r, o, page, panel_if, depth)
			  : !read_question(r, o, kind, page, panel_if))
			return false;
	}
	return true;
}
