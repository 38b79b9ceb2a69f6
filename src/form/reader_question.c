/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of a page: questions, html, panels. */
#include <stdio.h>

#include "reader.h"

#define MAX_QUESTIONS 500
#define MAX_PANELS 4

#define COMMON "type", "name", "title", "description", "visibleIf", "barometre"
#define ANSWERED COMMON, "isRequired", "requiredIf", "validators"
#define CHOICES ANSWERED, "choices", "choicesOrder"
#define SPECIAL                                                              \
 "showOtherItem", "otherText", "showNoneItem", "noneText", "showRefuseItem", \
	 "refuseText", "showDontKnowItem", "dontKnowText"

static const char *const text_keys[] = {ANSWERED, "inputType", "min", "max", "maxLength",
	"placeholder", "autocomplete", NULL};
static const char *const comment_keys[] = {ANSWERED, "maxLength", "placeholder", NULL};
static const char *const radio_keys[] = {CHOICES, SPECIAL, NULL};
static const char *const dropdown_keys[] = {CHOICES, SPECIAL, "placeholder", NULL};
static const char *const boolean_keys[] = {ANSWERED, NULL};
static const char *const rating_keys[] = {
	ANSWERED, "rateMin", "rateMax", "rateStep", NULL};
static const char *const matrix_keys[] = {
	ANSWERED, "columns", "rows", "eachRowRequired", NULL};
static const char *const multipletext_keys[] = {ANSWERED, "items", NULL};
static const char *const ranking_keys[] = {CHOICES, NULL};
static const char *const html_keys[] = {
	"type", "name", "html", "visibleIf", "barometre", NULL};
static const char *const expression_keys[] = {COMMON, "expression", NULL};
static const char *const panel_keys[] = {
	"type", "name", "title", "description", "elements", "visibleIf", NULL};
static const char *const own_keys[] = {"role", "sensitive", "published", "new",
	"codebook", "exclusive", "scale", "notConcerned", "lexicon", "short",
	"comparable", "collapse", NULL};

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
	{"multipletext", QUESTION_MULTIPLETEXT, multipletext_keys},
	{"ranking", QUESTION_RANKING, ranking_keys},
	{"html", QUESTION_HTML, html_keys},
	{"expression", QUESTION_EXPRESSION, expression_keys},
};
static const char *const roles[] = {
	"opinion", "segment", "locality", "text", "identifying", "contact"};

/* HTML, section 4.10.18.7.1 "Autofill": what is about the person who answers (WCAG 2.2, 1.3.5). */
static bool read_autocomplete(struct reader *r, json_t *o, struct question *q)
{
	static const char *const fields[] = {"name", "given-name", "family-name",
		"organization", "organization-title", "email", "tel", "postal-code",
		"off", NULL};
	if (!reader_string(r, o, "autocomplete", &q->autocomplete))
		return false;
	return !q->autocomplete || str_is_one_of(str_of(q->autocomplete), fields) ||
		reader_refuse(r, o, "autocomplete",
			"'autocomplete' is outside the profile: name, given-name, family-name, organization, "
			"organization-title, email, tel, postal-code or off");
}

static bool read_text_question(struct reader *r, json_t *o, struct question *q)
{
	long long max_length = 0;
	if (!reader_input(r, o, &q->input, &q->max_length) || !read_autocomplete(r, o, q))
		return false;
	max_length = (long long)q->max_length;
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

/* "choices" and the order in which they are shown. */
static bool read_choices(struct reader *r, json_t *o, struct question *q)
{
	const char *order = "none";
	if (!reader_choices(r, o, "choices", q->name, &q->choices, &q->choice_count) ||
		!reader_string(r, o, "choicesOrder", &order))
		return false;
	for (size_t i = 0; i < q->choice_count; i++) {
		json_t *one = json_array_get(json_object_get(o, "choices"), i);
		q->choices_depend |= json_object_get(one, "visibleIf") != NULL;
	}
	return strcmp(order, "none") == 0 ||
		reader_refuse(r, o, "choicesOrder",
			"choicesOrder '%.40s' of '%s': all people see the same order, that "
			"of the list: write \"none\" or remove the key",
			order, q->name);
}

static bool read_choice_question(struct reader *r, json_t *o, struct question *q)
{
	q->other_text = words(r->owner->form.language, "Autre");
	if (!read_choices(r, o, q) || !reader_special_choices(r, o, q) ||
		!reader_bool(r, o, "showOtherItem", &q->has_other) ||
		!reader_plain_text(r, o, "otherText", &q->other_text))
		return false;
	if (json_object_get(o, "otherText") && !q->has_other)
		return reader_refuse(r, o, "otherText",
			"otherText of '%s' is never shown: add \"showOtherItem\": true",
			q->name);
	return true;
}

static bool read_ranking(struct reader *r, json_t *o, struct question *q)
{
	if (!read_choices(r, o, q))
		return false;
	return q->choice_count >= 2 ||
		reader_refuse(r, o, "choices",
			"one choice of '%s' cannot be ranked: add others", q->name);
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

static void read_boolean(struct reader *r, struct question *q)
{
	const struct language *language = r->owner->form.language;
	struct choice *choices = arena_alloc(&r->owner->arena, 2, sizeof(*choices));
	choices[0] = (struct choice){.code = "true", .text = words(language, "Oui")};
	choices[1] = (struct choice){.code = "false", .text = words(language, "Non")};
	q->choices = choices;
	q->choice_count = 2;
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
		read_boolean(r, q);
		return true;
	case QUESTION_RATING:
		return read_rating(r, o, q);
	case QUESTION_MATRIX:
		return read_matrix(r, o, q);
	case QUESTION_MULTIPLETEXT:
		return reader_items(r, o, q);
	case QUESTION_RANKING:
		return read_ranking(r, o, q);
	case QUESTION_HTML:
		return reader_need_text(r, o, "html", &q->html);
	case QUESTION_EXPRESSION: /* bound later */
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
	if (n > 0 && q->type == QUESTION_RANKING)
		return reader_refuse(r, own, key,
			"everything offered is ranked: remove '%s' from '%s'", key,
			q->name);
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
	struct printed *list = arena_alloc(
		&r->owner->arena, json_object_size(published) + 1, sizeof(*list));
	const char *year;
	size_t n = 0;
	json_t *member;
	json_object_foreach(published, year, member) {
		if (!reader_is_year(year))
			return reader_refuse(
				r, published, year, "'%.40s' is no year", year);
		list[n].edition = arena_dup(&r->owner->arena, str_of(year));
		if (!reader_string(r, published, year, &list[n++].wording))
			return false;
	}
	q->published = list;
	q->published_count = n;
	return true;
}

static bool is_typed_input(enum input_type input)
{
	return input == INPUT_TEXT || input == INPUT_EMAIL || input == INPUT_TEL;
}

static bool is_typed(const struct question *q)
{
	for (size_t i = 0; i < q->item_count; i++)
		if (is_typed_input(q->items[i].input))
			return true;
	return q->type == QUESTION_COMMENT ||
		(q->type == QUESTION_TEXT && is_typed_input(q->input));
}

/* What people type freely may tell who they are: it needs a role that keeps it apart. */
static bool check_role(struct reader *r, json_t *o, const struct question *q)
{
	bool typed = is_typed(q);
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
	if (q->role == ROLE_SEGMENT &&
		(q->type == QUESTION_MULTIPLETEXT || q->type == QUESTION_RANKING))
		return reader_refuse(r, o, "role",
			"'%s' has several answers, which make no groups of people: give it "
			"the role opinion",
			q->name);
	if (q->type == QUESTION_EXPRESSION && !kept)
		return reader_refuse(r, o, "role",
			"nobody types '%s': give it the role opinion or segment",
			q->name);
	if (q->codebook && q->role != ROLE_TEXT)
		return reader_refuse(r, o, "codebook",
			"a codebook is for open answers: give '%s' the role text or remove it",
			q->name);
	if (q->codebook && q->type == QUESTION_MULTIPLETEXT)
		return reader_refuse(r, o, "codebook",
			"the texts of '%s' are not coded: ask each in a question of its "
			"own, or remove the codebook",
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
			!reader_plain_text(r, own, "short", &q->short_label) ||
			!reader_strings(r, own, "lexicon", &q->lexicon, NULL) ||
			!reader_published(r, own, q) ||
			!mark_choices(r, own, "exclusive", q) ||
			!mark_choices(r, own, "notConcerned", q) ||
			!reader_comparable(r, own, is_new, q) ||
			!reader_collapse(r, own, q)))
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

/* A posted page has fields of its own beside those of its questions. */
static bool check_reserved(struct reader *r, json_t *o, const char *name)
{
	static const char *const ours[] = {
		"action", "shown", "vu", "recap", "turn", "lang", "token", NULL};

	return !str_is_one_of(str_of(name), ours) ||
		reader_refuse(r, o, "name",
			"the name '%s' is kept for the page itself: rename it", name);
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

/* The title as the label of a table: there is nobody whose answer could stand in it. */
static const char *label_of(struct reader *r, const char *title)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(1 << 20);
	struct str rest = str_of(title), part;
	if (!strchr(title, '{'))
		return title;
	while (str_cut(&rest, '{', &part)) {
		buf_add(&out, part);
		if (!rest.p || !memchr(rest.p, '}', rest.n))
			break;
		buf_puts(&out, "…");
		must(str_cut(&rest, '}', &part));
	}
	return arena_dup(&r->owner->arena, buf_str(&out));
}

/* What is common to all that is answered. */
static bool read_demands(struct reader *r, json_t *o, struct question *q)
{
	if (!reader_bool(r, o, "isRequired", &q->required))
		return false;
	if (q->required && json_object_get(o, "requiredIf"))
		return reader_refuse(r, o, "requiredIf",
			"'%s' is always required and required under a condition: remove "
			"isRequired or requiredIf",
			q->name);
	return reader_validators(r, o, q);
}

static bool read_question(
	struct reader *r, json_t *o, size_t kind, const struct inside *in)
{
	struct question q = {.type = types[kind].type,
		.page = r->page,
		.panel = in->panel,
		.title = ""};
	char what[90];
	if (!reader_name(r, o, &q.name) || !check_reserved(r, o, q.name) ||
		!check_unique(r, o, q.name))
		return false;
	snprintf(what, sizeof(what), "%s '%s'", types[kind].name, q.name);
	if (!reader_keys(r, o, types[kind].keys, what))
		return false;
	if (q.type != QUESTION_HTML && !reader_need_text(r, o, "title", &q.title))
		return false;
	if (!reader_text(r, o, "description", &q.description) ||
		!reader_plain_text(r, o, "placeholder", &q.placeholder) ||
		!read_kind(r, o, &q) || !read_own(r, o, &q) || !read_demands(r, o, &q))
		return false;
	if (!q.short_label)
		q.short_label = label_of(r, q.title);
	if (r->count == MAX_QUESTIONS)
		return reader_refuse(
			r, o, NULL, "a form has at most %d questions", MAX_QUESTIONS);
	if (r->count == r->capacity) {
		r->capacity = r->capacity ? 2 * r->capacity : 64;
		r->questions = x_realloc(
			r->questions, r->capacity * sizeof(*r->questions));
	}
	r->questions[r->count++] = (struct pending){
		.question = q, .object = o, .panel_if = in->panel_if, .page = r->page};
	return true;
}

static bool add_panel(
	struct reader *r, json_t *o, const struct inside *in, struct panel *panel)
{
	for (size_t i = 0; i < r->panel_count; i++)
		if (strcmp(r->panels[i].name, panel->name) == 0)
			return reader_refuse(r, o, "name",
				"the panel name '%s' is already taken: rename one",
				panel->name);
	if (in->depth == MAX_PANELS)
		return reader_refuse(r, o, NULL,
			"panels lie too deep inside each other: flatten '%s'",
			panel->name);
	if (r->panel_count == r->panel_capacity) {
		r->panel_capacity = r->panel_capacity ? 2 * r->panel_capacity : 8;
		r->panels = x_realloc(r->panels, r->panel_capacity * sizeof(*r->panels));
	}
	panel->outer = in->panel;
	panel->first = r->count;
	r->panels[r->panel_count++] = *panel;
	return true;
}

/* A panel's condition goes to each of its questions. */
static bool read_panel(struct reader *r, json_t *o, const struct inside *in)
{
	struct panel panel = {.name = ""};
	const char *condition = NULL;
	struct inside here = *in;
	struct expr *e;
	if (!reader_name(r, o, &panel.name) ||
		!reader_keys(r, o, panel_keys, "a panel") ||
		!reader_text(r, o, "title", &panel.title) ||
		!reader_text(r, o, "description", &panel.description) ||
		!reader_string(r, o, "visibleIf", &condition) ||
		!add_panel(r, o, in, &panel))
		return false;
	here.panel = (int)r->panel_count - 1;
	here.depth++;
	if (condition) {
		if (!reader_expr(r, o, "visibleIf", str_of(condition), panel.name, &e))
			return false;
		SCOPED(free_char)
		char *both = in->panel_if
			? x_printf("(%s) and (%s)", in->panel_if, condition)
			: x_strdup(condition);
		here.panel_if = arena_dup(&r->owner->arena, str_of(both));
	}
	if (!reader_elements(r, o, here))
		return false;
	struct panel *mine = &r->panels[here.panel];
	mine->count = r->count - mine->first;
	return true;
}

static bool refuse_type(struct reader *r, json_t *o, const char *type)
{
	const char *remedy = reader_type_remedy(type);
	if (remedy)
		return reader_refuse(r, o, "type",
			"type '%.40s' is outside the profile: %s", type, remedy);
	return reader_refuse(r, o, "type",
		"type '%.40s' is outside the profile: text, comment, radiogroup, checkbox, "
		"dropdown, boolean, rating, matrix, multipletext, ranking, html, expression "
		"or panel",
		type);
}

bool reader_elements(struct reader *r, json_t *holder, struct inside in)
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
			return refuse_type(r, o, type);
		if (panel ? !read_panel(r, o, &in) : !read_question(r, o, kind, &in))
			return false;
	}
	return true;
}
