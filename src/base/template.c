/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/template.h"

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

static bool load_one(const struct asset *asset, struct err *e)
{
	struct str text = asset_text(asset);
	struct shim_reason reason = {{0}};

	if (!str_is_utf8(text))
		return err_set(e, ERR_INVALID, "template \"%s\": not UTF-8", asset->name);
	if (shim_has(asset->name))
		return err_set(
			e, ERR_INVALID, "template \"%s\": loaded twice", asset->name);
	struct buf source = BUF_LIMIT(text.n + 64);
	buf_puts(&source, pragma_for(str_of(asset->name), text));
	buf_add(&source, text);
	must(!source.failed);
	bool done = shim_put(asset->name, source.p, source.n, &reason);
	buf_release(&source);
	if (!done)
		return err_set(
			e, ERR_INVALID, "template \"%s\": %s", asset->name, reason.text);
	return true;
}

bool template_load(const struct asset_set *set, struct err *e)
{
	for (size_t i = 0; i < set->count; i++) {
		if (!load_one(&set->rows[i], e))
			return false;
	}
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
