/* SPDX-License-Identifier: Apache-2.0 */
#include "negotiate.h"

int negotiate_weight(struct str s)
{
	double q;

	if (!str_parse_decimal(s, &q) || q < 0 || q > 1)
		return 0;
	return (int)(q * 1000 + 0.5);
}

/* -1 when `coding` is not named. */
static int coding_weight(struct str accept, const char *coding)
{
	struct str item, name, parameter;

	while (str_cut(&accept, ',', &item)) {
		(void)str_cut(&item, ';', &name);
		if (!str_eq_nocase(str_trim(name), str_of(coding)))
			continue;
		while (str_cut(&item, ';', &parameter)) {
			parameter = str_trim(parameter);
			if (parameter.n >= 2 &&
				(parameter.p[0] == 'q' || parameter.p[0] == 'Q') &&
				parameter.p[1] == '=')
				return negotiate_weight(
					(struct str){parameter.p + 2, parameter.n - 2});
		}
		return 1000;
	}
	return -1;
}

static int acceptable(struct str accept, const char *coding)
{
	int weight = coding_weight(accept, coding);

	if (weight < 0)
		weight = coding_weight(accept, "*");
	return weight < 0 ? 0 : weight;
}

enum coding negotiate_coding(
	const struct http_message *message, bool has_gzip, bool has_brotli)
{
	struct str accept = http_header_find(message, "Accept-Encoding");
	int brotli, gzip;

	if (!accept.p)
		return CODING_NONE;
	brotli = has_brotli ? acceptable(accept, "br") : 0;
	gzip = has_gzip ? acceptable(accept, "gzip") : 0;
	if (brotli > 0 && brotli >= gzip)
		return CODING_BROTLI;
	return gzip > 0 ? CODING_GZIP : CODING_NONE;
}

static const struct {
	const char *name, *suffix;
} codings[] = {
	[CODING_NONE] = {NULL, ""},
	[CODING_GZIP] = {"gzip", "-gz"},
	[CODING_BROTLI] = {"br", "-br"},
};

const char *coding_name(enum coding coding)
{
	return codings[coding].name;
}

const char *coding_suffix(enum coding coding)
{
	return codings[coding].suffix;
}

bool negotiate_is_known(const struct http_message *message, const char *etag)
{
	struct str list = http_header_find(message, "If-None-Match"), item;

	while (str_cut(&list, ',', &item)) {
		item = str_trim(item);
		if (str_starts(item, STR("W/")))
			item = (struct str){item.p + 2, item.n - 2};
		if (str_eq_z(item, etag) || str_eq(item, STR("*")))
			return true;
	}
	return false;
}
