/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a file to a form: first every element is read, then conditions are bound, when all names are known. Once
 * in French, which finds what is wrong, then once in each other language.
 */
#include <stdio.h>
#include <stdlib.h>

#include "reader.h"
#include "rules.h"

#define MAX_BYTES 1000000
#define MAX_PAGES 100

static const char *const root_keys[] = {"title", "description", "locale",
	"clearInvisibleValues", "barometre", "calculatedValues", "pages", NULL};
static const char *const root_own_keys[] = {"audience", "version", "minutes", "boxBytes",
	"audienceLabel", "complete", "welcome", "thanks", "crossings", NULL};
static const char *const page_keys[] = {
	"name", "title", "description", "visibleIf", "elements", "barometre", NULL};
static const char *const calculated_keys[] = {
	"name", "expression", "includeIntoResult", "barometre", NULL};
static const char *const calculated_own_keys[] = {
	"title", "published", "short", "comparable", NULL};
static const char *const no_keys[] = {NULL};

static void drop_reader(struct reader *r)
{
	free(r->questions);
	free(r->panels);
	free(r->piped);
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
		!want_word(r, root, "clearInvisibleValues", "onHiddenContainer"))
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
		!reader_texts(r, own, "welcome", &f->welcome, NULL) ||
		!reader_texts(r, own, "thanks", &f->thanks, NULL))
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
	r->page = index;
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
	if (!reader_elements(r, o, (struct inside){.panel = -1}))
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
	r->page = SIZE_MAX;
	r->owner->form.pages = pages;
	r->owner->form.page_count = n;
	return true;
}

static bool read_calculated(struct reader *r, json_t *o, struct question *q, size_t taken,
	const struct question *questions)
{
	json_t *own = json_object_get(o, "barometre");
	bool include = false;
	*q = (struct question){.type = QUESTION_CALCULATED,
		.page = r->owner->form.page_count,
		.panel = -1};
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
	return reader_published(r, own, q) && reader_comparable(r, own, false, q);
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
	struct panel *panels = arena_alloc(
		&owner->arena, r->panel_count, sizeof(*panels));
	if (r->panel_count > 0)
		memcpy(panels, r->panels, r->panel_count * sizeof(*panels));
	owner->form.panels = panels;
	owner->form.panel_count = r->panel_count;
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
		if (!q || q->type == QUESTION_CALCULATED ||
			q->type == QUESTION_EXPRESSION || q->type == QUESTION_HTML)
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
		reader_bind(r, root) && read_complete(r, root) &&
		reader_crossings(r, json_object_get(root, "barometre")) &&
		reader_check_piped(r);
}

/* The form in one language; `root` is the French one, NULL for itself. */
static struct form *parse_in(const struct language *language, struct form_owner *root,
	json_t *json, const struct source_map *map, const char *file, struct err *err)
{
	SCOPED(form_drop) struct form *form = form_new();
	struct form_owner *owner = form_owner(form);
	SCOPED(drop_reader)
	struct reader r = {
		.owner = owner, .map = map, .file = file, .err = err, .page = SIZE_MAX};
	size_t count;
	const struct language *list = language_list(&count);
	form->language = language;
	owner->root = root ? root : owner;
	if (!root) {
		owner->speaks = arena_alloc(&owner->arena, count, sizeof(bool));
		owner->speaks[language - list] = true;
	}
	return read_all(&r, json) ? TAKE(form) : NULL;
}

static bool add_languages(struct form_owner *owner, json_t *json,
	const struct source_map *map, const char *file, struct err *err)
{
	size_t count;
	const struct language *list = language_list(&count);
	owner->variants = x_calloc(count, sizeof(struct form_owner *));
	for (size_t i = 0; i < count; i++) {
		if (&list[i] == owner->form.language)
			continue;
		struct form *form = parse_in(&list[i], owner, json, map, file, err);
		if (!form)
			return false;
		memcpy(form->hash, owner->form.hash, sizeof(form->hash));
		owner->variants[owner->variant_count++] = form_owner(form);
	}
	return true;
}

struct form *form_parse(struct str json, const char *file, struct err *err)
{
	json_error_t why;
	if (json.n > MAX_BYTES) {
		err_set_line(err, ERR_LIMIT, 1,
			"%s:1:1: error: a form has at most %d bytes", file, MAX_BYTES);
		return NULL;
	}
	SCOPED(json_drop)
	json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &why);
	if (!root || !json_is_object(root)) {
		int line = root ? 1 : why.line;
		int column = root || why.column < 1 ? 1 : why.column;
		err_set_line(err, ERR_INVALID, line, "%s:%d:%d: error: %s", file, line,
			column, root ? "a form is a JSON object" : why.text);
		return NULL;
	}
	SCOPED(source_map_release) struct source_map map;
	source_map_init(&map, json, root);
	SCOPED(form_drop)
	struct form *form = parse_in(language_french(), NULL, root, &map, file, err);
	if (!form)
		return NULL;
	struct hash32 hash = hash_plain(json);
	hex_write(form->hash, hash.b, sizeof(hash.b));
	return add_languages(form_owner(form), root, &map, file, err) ? TAKE(form) : NULL;
}
