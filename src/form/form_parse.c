/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a file to a form: first every element is read, then conditions are bound, when all names are known.
 */
#include <stdio.h>
#include <stdlib.h>

#include "reader.h"

#define MAX_BYTES 1000000
#define MAX_PAGES 100

static const char *const root_keys[] = {"title", "description", "locale",
	"clearInvisibleValues", "barometre", "calculatedValues", "pages", NULL};
static const char *const root_own_keys[] = {"audience", "version", "minutes", "boxBytes",
	"audienceLabel", "complete", "welcome", "thanks", NULL};
static const char *const page_keys[] = {
	"name", "title", "description", "visibleIf", "elements", "barometre", NULL};
static const char *const calculated_keys[] = {
	"name", "expression", "includeIntoResult", "barometre", NULL};
static const char *const calculated_own_keys[] = {"title", "published", "short", NULL};
static const char *const no_keys[] = {NULL};

static void drop_reader(struct reader *r)
{
	source_map_release(&r->map);
	free(r->questions);
}

static void drop_json(json_t **j)
{
	json_decref(*j);
}

/* The words SurveyJS needs to do what we do. */
static bool want_word(struct reader *r, json_t *root, const char *key, const char *word)
{
	const char *given = "";
	if (!reader_need_string(r, root, key, &given))
		return false;
	return strcmp(given, word) == 0 ||
		reader_refuse(r, root, key, "'%s' must be \"%s\"", key, word);
}

static bool read_root(struct reader *r, json_t *root)
{
	struct form *f = &r->owner->form;
	json_t *own = json_object_get(root, "barometre");
	long long minutes = 0, box = 0;
	if (!reader_keys(r, root, root_keys, "the form") ||
		!reader_need_text(r, root, "title", &f->title) ||
		!reader_text(r, root, "description", &f->description) ||
		!want_word(r, root, "locale", "fr") ||
		!want_word(r, root, "clearInvisibleValues", "onHidden"))
		return false;
	if (!json_is_object(own))
		return reader_refuse(r, root, "barometre",
			"'barometre' is missing: add {\"audience\": …, \"version\": …}");
	static const char *const needed[] = {"minutes", "boxBytes", "complete"};
	for (size_t i = 0; i < COUNT_OF(needed); i++)
		if (!json_object_get(own, needed[i]))
			return reader_refuse(
				r, own, NULL, "'%s' is missing: add it", needed[i]);
	if (!reader_keys(r, own, root_own_keys, "barometre") ||
		!reader_need_string(r, own, "audience", &f->audience) ||
		!reader_need_string(r, own, "version", &f->version) ||
		!reader_need_text(r, own, "audienceLabel", &f->audience_label) ||
		!reader_whole(r, own, "minutes", 1, 240, &minutes) ||
		!reader_whole(r, own, "boxBytes", 256, 1 << 20, &box) ||
		!reader_strings(r, own, "welcome", &f->welcome, NULL) ||
		!reader_strings(r, own, "thanks", &f->thanks, NULL))
		return false;
	if (!reader_is_name(str_of(f->audience)))
		return reader_refuse(
			r, own, "audience", "the audience must be of a-z, 0-9 and _");
	f->minutes = (int)minutes;
	f->box_bytes = (size_t)box;
	return true;
}

static bool read_page(struct reader *r, json_t *o, struct page *pages, size_t index)
{
	struct page *page = &pages[index];
	json_t *own = json_object_get(o, "barometre");
	page->first = r->count;
	if (!reader_name(r, o, &page->name) || !reader_keys(r, o, page_keys, "a page") ||
		!reader_need_text(r, o, "title", &page->title) ||
		!reader_text(r, o, "description", &page->description))
		return false;
	if (own && (!json_is_object(own) || json_object_size(own) > 0))
		return json_is_object(own)
			? reader_keys(r, own, no_keys, "the page's barometre")
			: reader_refuse(r, o, "barometre", "'barometre' is an object");
	for (size_t i = 0; i < index; i++)
		if (strcmp(pages[i].name, page->name) == 0)
			return reader_refuse(r, o, "name",
				"the page name '%s' is already taken: rename one",
				page->name);
	if (!reader_elements(r, o, index, NULL, 0))
		return false;
	page->count = r->count - page->first;
	return true;
}

static bool read_pages(struct reader *r, json_t *root)
{
	json_t *list = json_object_get(root, "pages");
	size_t n = json_array_size(list);
	if (n == 0 || n > MAX_PAGES)
		return reader_refuse(r, root, "pages",
			"'pages' must be a list of 1 to %d pages", MAX_PAGES);
	struct page *pages = arena_alloc(&r->owner->arena, n, sizeof(*pages));
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_array_get(list, i);
		if (!json_is_object(o))
			return reader_refuse(r, root, "pages", "a page is an object");
		if (!read_page(r, o, pages, i))
			return false;
	}
	r->owner->form.pages = pages;
	r->owner->form.page_count = n;
	return true;
}

static bool read_calculated(struct reader *r, json_t *o, struct question *q, size_t taken,
	const struct question *questions)
{
	json_t *own = json_object_get(o, "barometre");
	bool include = false;
	*q = (struct question){
		.type = QUESTION_CALCULATED, .page = r->owner->form.page_count};
	q->lexicon = arena_alloc(&r->owner->arena, 1, sizeof(*q->lexicon));
	if (!reader_name(r, o, &q->name) ||
		!reader_keys(r, o, calculated_keys, q->name) ||
		!reader_bool(r, o, "includeIntoResult", &include))
		return false;
	for (size_t i = 0; i < taken; i++)
		if (strcmp(questions[i].name, q->name) == 0)
			return reader_refuse(r, o, "name",
				"the name '%s' is already taken by a question: rename one",
				q->name);
	if (!include)
		return reader_refuse(r, o, "name",
			"'%s' would never be kept: add \"includeIntoResult\": true",
			q->name);
	q->title = q->name;
	if (own &&
		(!json_is_object(own) ||
			!reader_keys(r, own, calculated_own_keys, q->name) ||
			!reader_text(r, own, "title", &q->title) ||
			!reader_text(r, own, "short", &q->short_label)))
		return json_is_object(own)
			? false
			: reader_refuse(r, o, "barometre", "an object is wanted");
	if (!q->short_label)
		q->short_label = q->title;
	return reader_published(r, own, q);
}

/* All questions into their final place, so that names can be looked up. */
static bool place_questions(struct reader *r, json_t *root)
{
	struct form_owner *owner = r->owner;
	json_t *calculated = json_object_get(root, "calculatedValues");
	size_t extra = json_array_size(calculated), total = r->count + extra;
	if ((calculated && !json_is_array(calculated)) || extra > 100)
		return reader_refuse(r, root, "calculatedValues",
			"'calculatedValues' is a list of at most 100");
	struct question *questions = arena_alloc(
		&owner->arena, total, sizeof(*questions));
	for (size_t i = 0; i < r->count; i++)
		questions[i] = r->questions[i].question;
	for (size_t i = 0; i < extra; i++) {
		json_t *o = json_array_get(calculated, i);
		if (!json_is_object(o))
			return reader_refuse(r, root, "calculatedValues",
				"a calculated value is an object");
		if (!read_calculated(
			    r, o, &questions[r->count + i], r->count + i, questions))
			return false;
	}
	owner->form.questions = questions;
	owner->form.question_count = total;
	form_index_names(owner);
	return true;
}

/* A page's condition is bound as if it stood at the page's first question. */
static bool bind_condition(struct reader *r, json_t *o, const char *key, struct str text,
	const char *what, size_t before, const struct expr **ret)
{
	struct expr *e = NULL;
	struct err why = {0};
	bool condition = strcmp(key, "visibleIf") == 0;
	if (!reader_expr(r, o, key, text, what, &e))
		return false;
	if (!expr_bind(e, &r->owner->form, before, condition, &why))
		return reader_refuse(r, o, key, "%s of %.80s, %s", key, what, why.text);
	*ret = e;
	return true;
}

static bool bind_questions(struct reader *r)
{
	struct form *f = &r->owner->form;
	struct question *questions = (struct question *)(uintptr_t)f->questions;
	for (size_t i = 0; i < r->count; i++) {
		const struct pending *p = &r->questions[i];
		const char *own = NULL;
		if (!reader_string(r, p->object, "visibleIf", &own))
			return false;
		if (!own && !p->panel_if)
			continue;
		SCOPED(free_char)
		char *text = own && p->panel_if
			? x_printf("(%s) and (%s)", p->panel_if, own)
			: x_strdup(own ? own : p->panel_if);
		/* Its own condition alone first: the column of a mistake is then that of the file. */
		if (own && p->panel_if &&
			!bind_condition(r, p->object, "visibleIf", str_of(own),
				questions[i].name, i, &questions[i].visible_if))
			return false;
		if (!bind_condition(r, p->object, "visibleIf", str_of(text),
			    questions[i].name, i, &questions[i].visible_if))
			return false;
	}
	return true;
}

static bool bind_pages(struct reader *r, json_t *root)
{
	struct page *pages = (struct page *)(uintptr_t)r->owner->form.pages;
	json_t *list = json_object_get(root, "pages");
	for (size_t i = 0; i < r->owner->form.page_count; i++) {
		json_t *o = json_array_get(list, i);
		const char *text = NULL;
		if (!reader_string(r, o, "visibleIf", &text))
			return false;
		if (text &&
			!bind_condition(r, o, "visibleIf", str_of(text), pages[i].name,
				pages[i].first, &pages[i].visible_if))
			return false;
	}
	return true;
}

/* A calculated value goes with the answers: it must not carry what is sealed apart. */
static bool check_sources(struct reader *r, json_t *o, const struct question *q)
{
	const struct form *f = &r->owner->form;
	for (size_t i = 0; i < f->question_count; i++) {
		enum question_role role = f->questions[i].role;
		if ((role == ROLE_CONTACT || role == ROLE_IDENTIFYING) &&
			expr_reads(q->visible_if, i))
			return reader_refuse(r, o, "expression",
				"'%s' would carry '%s', which is sealed apart: leave it out",
				q->name, f->questions[i].name);
	}
	return true;
}

static bool bind_calculated(struct reader *r, json_t *root)
{
	struct form *f = &r->owner->form;
	json_t *list = json_object_get(root, "calculatedValues");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *o = json_array_get(list, i);
		struct question *q =
			(struct question *)(uintptr_t)&f->questions[r->count + i];
		const char *text = "";
		if (!reader_need_string(r, o, "expression", &text) ||
			!bind_condition(r, o, "expression", str_of(text), q->name,
				r->count + i, &q->visible_if) ||
			!check_sources(r, o, q))
			return false;
	}
	return true;
}

static bool read_complete(struct reader *r, json_t *root)
{
	struct form *f = &r->owner->form;
	json_t *own = json_object_get(root, "barometre");
	const char *const *names = NULL;
	size_t n = 0;
	if (!reader_strings(r, own, "complete", &names, &n))
		return false;
	size_t *indexes = arena_alloc(&r->owner->arena, n + 1, sizeof(*indexes));
	for (size_t i = 0; i < n; i++) {
		const struct question *q = form_find(f, str_of(names[i]));
		if (!q || q->type == QUESTION_CALCULATED || q->type == QUESTION_HTML)
			return reader_refuse(r, own, names[i],
				"'complete' names '%.60s', which is no question: correct it",
				names[i]);
		indexes[i] = form_index(f, q);
	}
	f->complete = indexes;
	f->complete_count = n;
	return true;
}

static bool read_all(struct reader *r, json_t *root)
{
	return read_root(r, root) && read_pages(r, root) && place_questions(r, root) &&
		bind_questions(r) && bind_pages(r, root) && bind_calculated(r, root) &&
		read_complete(r, root);
}

struct form *form_parse(struct str json, const char *file, struct err *err)
{
	json_error_t why;
	if (json.n > MAX_BYTES) {
		err_set_line(err, ERR_LIMIT, 1, "%s:1: a form has at most %d bytes", file,
			MAX_BYTES);
		return NULL;
	}
	SCOPED(drop_json)
	json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &why);
	if (!root || !json_is_object(root)) {
		int line = root ? 1 : why.line;
		err_set_line(err, ERR_INVALID, line, "%s:%d: %s", file, line,
			root ? "a form is a JSON object" : why.text);
		return NULL;
	}
	SCOPED(form_drop) struct form *form = form_new();
	SCOPED(drop_reader)
	struct reader r = {.owner = form_owner(form), .file = file, .err = err};
	source_map_init(&r.map, json, root);
	if (!read_all(&r, root))
		return NULL;
	struct hash32 hash = hash_plain(json);
	hex_write(form->hash, hash.b, sizeof(hash.b));
	return TAKE(form);
}
