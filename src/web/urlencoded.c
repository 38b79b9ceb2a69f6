/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/web/http_parse.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool decode(struct str s, bool plus_is_space, struct buf *out)
{
	size_t before = out->n;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '+' && plus_is_space) {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		buf_addc(out, c);
	}
	/* str_is_utf8 refuses NUL too. */
	return !out->failed &&
		str_is_utf8((struct str){buf_str(out).p + before, out->n - before});
}

bool percent_decode(struct str s, struct buf *out)
{
	return decode(s, false, out);
}

bool urlencoded_parse(struct str body, struct buf *store, struct form_pair *ret,
	size_t max, size_t *ret_count)
{
	size_t count = 0, base = store->n;
	struct str rest = body, pair, name;
	while (str_cut(&rest, '&', &pair)) {
		if (!pair.n)
			continue;
		if (count == max)
			return false;
		(void)str_cut(&pair, '=', &name);
		struct str value = pair.p ? pair : STR("");
		size_t at = store->n;
		if (!decode(name, true, store))
			return false;
		size_t middle = store->n;
		if (!decode(value, true, store))
			return false;
		/* Lengths now, places below: the store may still move. */
		ret[count].name.n = middle - at;
		ret[count++].value.n = store->n - middle;
	}
	const char *p = buf_str(store).p + base;
	for (size_t i = 0; i < count; i++) {
		ret[i].name.p = p;
		p += ret[i].name.n;
		ret[i].value.p = p;
		p += ret[i].value.n;
	}
	*ret_count = count;
	return true;
}
