/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/template.h"

#include "barometre/base/words.h"
#include "base_private.h"

static bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
		str_eq((struct str){s.p + s.n - suffix.n, suffix.n}, suffix);
}

/* What is put in front of a file that does not say itself how it is escaped. */
static const char *pragma_for(struct str name, struct str text)
{
	if (str_starts(text, STR("{{%AUTOESCAPE")) || str_ends(name, STR(".txt")))
		return "";
	if (str_ends(name, STR(".xml")) || str_ends(name, STR(".svg")))
		return "{{%AUTOESCAPE context=\"XML\"}}";
	return "{{%AUTOESCAPE context=\"HTML\"}}";
}

/* "question.html", and for other languages "en/question.html". */
static bool load_one(
	const struct asset *asset, const struct language *language, struct err *e)
{
	struct str text = asset_text(asset);
	struct shim_reason reason = {{0}};
	SCOPED(free_char)
	char *name = language->words ? x_printf("%s/%s", language->code, asset->name)
				     : x_strdup(asset->name);

	if (!str_is_utf8(text))
		return err_set(e, ERR_INVALID, "template \"%s\": not UTF-8", name);
	if (shim_has(name))
		return err_set(e, ERR_INVALID, "template \"%s\": loaded twice", name);
	SCOPED(buf_release) struct buf source = BUF_LIMIT(4 * text.n + 1024);
	buf_puts(&source, pragma_for(str_of(asset->name), text));
	if (!words_page(&source, language, text))
		return err_set(e, ERR_INVALID, "template \"%s\": a [[ is not closed",
			asset->name);
	must(!source.failed);
	if (!shim_put(name, source.p, source.n, &reason))
		return err_set(e, ERR_INVALID, "template \"%s\": %s", name, reason.text);
	return true;
}

bool template_load(const struct asset_set *set, struct err *e)
{
	size_t languages;
	const struct language *list = language_list(&languages);

	for (size_t i = 0; i < set->count; i++)
		for (size_t l = 0; l < languages; l++)
			if (!load_one(&set->rows[i], &list[l], e))
				return false;
	return true;
}

static void to_buf(void *arg, const char *bytes, size_t n)
{
	buf_bytes(arg, bytes, n);
}

bool template_render(struct buf *out, const char *name, const json_t *data, struct err *e)
{
	struct shim_reason reason = {{0}};

	if (!shim_has(name))
		return err_set(e, ERR_BROKEN, "no template \"%s\"", name);
	if (!json_is_object(data))
		return err_set(
			e, ERR_BROKEN, "template \"%s\": the data is no object", name);
	if (!shim_expand(name, data, to_buf, out, &reason))
		return err_set(e, ERR_BROKEN, "template \"%s\": %s", name, reason.text);
	if (out->failed)
		return err_set(
			e, ERR_LIMIT, "template \"%s\": the page is too long", name);
	return true;
}
