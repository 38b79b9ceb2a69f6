/* SPDX-License-Identifier: Apache-2.0 */
#include "sealed_json.h"

#include "barometre/privacy/sealed.h"

#define CANONICAL (JSON_COMPACT | JSON_SORT_KEYS)

bool canonical_size(const json_t *json, size_t *ret, struct err *e)
{
	if (!json) {
		*ret = strlen("{}");
		return true;
	}
	must(json_is_object(json));
	size_t n = json_dumpb(json, NULL, 0, CANONICAL);
	if (n == 0)
		return err_set(e, ERR_INVALID, "cannot be written as JSON");
	*ret = n;
	return true;
}

static int append(const char *bytes, size_t n, void *arg)
{
	buf_bytes(arg, bytes, n);
	return 0;
}

void canonical_add(struct buf *out, const json_t *json)
{
	if (!json)
		buf_puts(out, "{}");
	else
		must(json_dump_callback(json, append, out, CANONICAL) == 0);
}

/* Only counts brackets and looks at escapes: whether it is JSON at all, the parser
 * says. */
bool sealed_json_check(struct str text, struct err *e)
{
	const struct str nul = STR("\\u0000");
	bool quoted = false;
	size_t depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '"') {
			quoted = !quoted;
		} else if (quoted && c == '\\') {
			struct str rest = {text.p + i, text.n - i};
			if (str_starts(rest, nul))
				return err_set(e, ERR_INVALID, "a text with a NUL");
			i++; /* whatever is escaped, a quote above all */
		} else if (!quoted && (c == '{' || c == '[')) {
			if (++depth > SEALED_DEPTH_MAX)
				return err_set(e, ERR_INVALID, "nested over %d levels",
					SEALED_DEPTH_MAX);
		} else if (!quoted && (c == '}' || c == ']') && depth > 0) {
			depth--;
		}
	}
	return true;
}

json_t *sealed_json_parse(struct str text, size_t members, struct err *e)
{
	if (!sealed_json_check(text, e))
		return NULL;
	/* jansson's own message quotes the text: it is not asked for. */
	SCOPED(json_decrefp)
	json_t *json = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json)) {
		(void)err_set(e, ERR_INVALID, "not a JSON object");
		return NULL;
	}
	if (members != SIZE_MAX && json_object_size(json) != members) {
		(void)err_set(e, ERR_INVALID, "%zu members instead of %zu",
			json_object_size(json), members);
		return NULL;
	}
	return TAKE(json);
}

json_t *sealed_json_member(const json_t *object, const char *name, json_type type)
{
	json_t *member = json_object_get(object, name);

	return member && json_typeof(member) == type ? member : NULL;
}
