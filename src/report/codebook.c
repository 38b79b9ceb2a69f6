/* SPDX-License-Identifier: Apache-2.0 */
/* codebook.c - see codebook.h. The books are parsed once and kept. */
#include "barometre/report/codebook.h"

#include <jansson.h>
#include <stdlib.h>

#include "barometre/base/asset.h"

extern const struct asset_set assets_codebooks;

static const json_t *find_book(const char *book)
{
	static json_t *books;

	if (!books) {
		const struct asset *asset = asset_find(
			&assets_codebooks, STR("codebooks.json"));

		must(asset);
		books = json_loadb(
			asset->data, asset_text(asset).n, JSON_REJECT_DUPLICATES, NULL);
		must(books); /* tests/form checks the file */
	}
	return book ? json_object_get(books, book) : NULL;
}

static const char *entry_text(const char *book, size_t n, const char *key)
{
	return json_string_value(
		json_object_get(json_array_get(find_book(book), n), key));
}

size_t codebook_size(const char *book)
{
	return json_array_size(find_book(book));
}

const char *codebook_code(const char *book, size_t n)
{
	return entry_text(book, n, "code");
}

const char *codebook_label(const char *book, const char *code)
{
	for (size_t i = 0; i < codebook_size(book); i++)
		if (strcmp(codebook_code(book, i), code) == 0)
			return entry_text(book, i, "label");
	return NULL;
}
