/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/words.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

#include "barometre/base/asset.h"

extern const struct asset_set assets_languages;

#define MAX_LANGUAGES 20

struct words {
	json_t *root; /* the file; kept for ever, as every text in it may be */
	json_t *site, *questionnaires; /* objects: French text → translation */
};

static struct language languages[MAX_LANGUAGES];
static size_t language_count;

static void add_language(const struct asset *asset)
{
	struct words *own = x_calloc(1, sizeof(*own));
	json_t *root = json_loadb(
		asset->data, asset_text(asset).n, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(root, "language"));

	must(language_count < MAX_LANGUAGES);
	must(name && strlen(asset->name) == 7); /* "en.json" */
	own->root = root;
	own->site = json_object_get(root, "site");
	own->questionnaires = json_object_get(root, "questionnaires");
	must(json_is_object(own->site) && json_is_object(own->questionnaires));
	languages[language_count++] = (struct language){
		x_strndup(asset->name, 2), name, own};
}

const struct language *language_list(size_t *ret_count)
{
	if (language_count == 0) {
		languages[language_count++] = (struct language){"fr", "Français", NULL};
		for (size_t i = 0; i < assets_languages.count; i++)
			add_language(&assets_languages.rows[i]);
	}
	if (ret_count)
		*ret_count = language_count;
	return languages;
}

const struct language *language_french(void)
{
	return &language_list(NULL)[0];
}

const struct language *language_find(struct str code)
{
	size_t count;
	const struct language *list = language_list(&count);

	for (size_t i = 0; i < count; i++)
		if (str_eq_z(code, list[i].code))
			return &list[i];
	return NULL;
}

const char *words_find(const struct language *language, struct str french)
{
	const json_t *found;

	if (!language->words)
		return french.p;
	found = json_object_getn(language->words->site, french.p, french.n);
	if (!found)
		found = json_object_getn(
			language->words->questionnaires, french.p, french.n);
	return json_string_value(found);
}

const char *words(const struct language *language, const char *french)
{
	const char *found = words_find(language, str_of(french));

	return found ? found : french;
}

#define MAX_FILLED 8

struct filled {
	const char *name, *value;
};

static const char *value_of(const struct filled *list, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_z(name, list[i].name))
			return list[i].value;
	return NULL;
}

char *words_fill(const struct language *language, const char *french, ...)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(65536);
	struct filled list[MAX_FILLED] = {{0}};
	struct str rest = str_of(words(language, french)), part;
	size_t count = 0;
	va_list args;

	va_start(args, french);
	for (const char *name; (name = va_arg(args, const char *));) {
		must(count < MAX_FILLED);
		list[count++] = (struct filled){name, va_arg(args, const char *)};
	}
	va_end(args);
	while (str_cut(&rest, '{', &part)) {
		buf_add(&out, part);
		if (!rest.p)
			break;
		must(str_cut(&rest, '}', &part) && rest.p);
		const char *value = value_of(list, count, part);
		must(value);
		buf_puts(&out, value);
	}
	must(!out.failed);
	return str_dup(buf_str(&out));
}

/* Where two brackets of that kind stand, or page.n. */
static size_t find_pair(struct str page, size_t from, char bracket)
{
	for (size_t i = from; i + 1 < page.n; i++)
		if (page.p[i] == bracket && page.p[i + 1] == bracket)
			return i;
	return page.n;
}

bool words_page(struct buf *out, const struct language *language, struct str page)
{
	size_t at = 0;

	while (at < page.n) {
		size_t open = find_pair(page, at, '[');
		size_t close = open < page.n ? find_pair(page, open, ']') : page.n;

		buf_add(out, (struct str){page.p + at, open - at});
		if (open == page.n)
			return true;
		if (close == page.n)
			return false;
		SCOPED(free_char)
		char *french = x_strndup(page.p + open + 2, close - open - 2);
		buf_puts(out, words(language, french));
		at = close + 2;
	}
	return true;
}
