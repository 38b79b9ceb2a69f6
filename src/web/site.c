/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/web/site.h"

#include <stdio.h>
#include <stdlib.h>

#include "barometre/base/log.h"
#include "barometre/base/secret.h"
#include "barometre/base/template.h"
#include "negotiate.h"

#define PAGE_LIMIT (1024 * 1024)
#define MAX_PARTS 8

/* Sources: CSP Level 3, Referrer Policy, Fetch (nosniff, Cross-Origin-Resource-Policy),
 * HTML (COOP), Permissions Policy. */
static const struct {
	const char *name, *value;
} safety[] = {
	{"Content-Security-Policy",
		"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; font-src 'none'; "
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Permissions-Policy",
		"accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
		"encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), "
		"identity-credentials-get=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), "
		"payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), "
		"serial=(), usb=(), xr-spatial-tracking=()"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"X-Robots-Tag", "noindex"},
	{"Cache-Control", "no-store"},
};

void site_headers(struct exchange *ex)
{
	for (size_t i = 0; i < COUNT_OF(safety); i++)
		if (!exchange_has_header(ex, safety[i].name))
			exchange_header(ex, safety[i].name, safety[i].value);
}

void site_headers_write(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(safety); i++)
		buf_printf(out, "%s: %s\r\n", safety[i].name, safety[i].value);
}

/* Routes */

enum fit {
	FIT_NO,
	FIT_YES,
	FIT_BROKEN
};

static enum fit fit_segment(struct exchange *ex, struct str pattern, struct str segment,
	struct str *parts, size_t *count)
{
	if (!str_eq(pattern, STR("*")))
		return str_eq(pattern, segment) ? FIT_YES : FIT_NO;
	if (!segment.n)
		return FIT_NO;
	must(*count < MAX_PARTS);
	struct buf decoded = BUF_LIMIT(segment.n);
	bool right = percent_decode(segment, &decoded);
	if (right) {
		size_t n = decoded.n;
		parts[(*count)++] = (struct str){
			exchange_strdup(ex, buf_str(&decoded)), n};
	}
	buf_release(&decoded);
	return right ? FIT_YES : FIT_BROKEN;
}

static enum fit fit_path(struct exchange *ex, const char *pattern, struct str path,
	struct str parts[MAX_PARTS])
{
	struct str left = str_of(pattern), want, have;
	size_t count = 0;
	enum fit fit = FIT_YES;
	while (fit == FIT_YES && str_cut(&left, '/', &want)) {
		if (!str_cut(&path, '/', &have))
			return FIT_NO;
		fit = fit_segment(ex, want, have, parts, &count);
	}
	return fit == FIT_YES && path.p ? FIT_NO : fit;
}

static void refuse_method(const struct route *routes, size_t count, void *site,
	error_page_fn *error, struct exchange *ex)
{
	bool get = false, post = false;
	for (size_t i = 0; i < count; i++) {
		struct str parts[MAX_PARTS];
		if (fit_path(ex, routes[i].pattern, exchange_path(ex), parts) != FIT_YES)
			continue;
		get |= routes[i].method == HTTP_METHOD_GET;
		post |= routes[i].method == HTTP_METHOD_POST;
	}
	exchange_header(ex, "Allow",
		get && post   ? "GET, HEAD, POST"
			: get ? "GET, HEAD"
			      : "POST");
	error(site, ex, 405, "Demande impossible ici",
		"Cette adresse ne se demande pas de cette façon. Revenez à la page précédente et recommencez.");
}

void site_dispatch(const struct route *routes, size_t count, void *site,
	error_page_fn *error, struct exchange *ex)
{
	enum http_method method = exchange_request(ex)->method;
	if (method == HTTP_METHOD_HEAD)
		method = HTTP_METHOD_GET;
	bool known = false;
	for (size_t i = 0; i < count; i++) {
		struct str parts[MAX_PARTS] = {{NULL, 0}};
		enum fit fit = fit_path(ex, routes[i].pattern, exchange_path(ex), parts);
		if (fit == FIT_BROKEN) {
			error(site, ex, 400, "Adresse illisible",
				"Cette adresse est abîmée. Reprenez le lien tel qu’il figure dans votre message.");
			return;
		}
		if (fit == FIT_YES && routes[i].method == method) {
			routes[i].handle(site, ex, parts);
			return;
		}
		known |= fit == FIT_YES;
	}
	if (known)
		refuse_method(routes, count, site, error, ex);
	else
		error(site, ex, 404, "Page introuvable",
			"Il n’y a pas de page à cette adresse. Vérifiez que le lien de votre message a été repris en entier.");
}

/* Pages */

const char *site_template(struct exchange *ex, const char *name)
{
	const struct language *language = exchange_language(ex);
	char *full;
	size_t size;

	if (!language->words)
		return name;
	size = strlen(language->code) + strlen(name) + 2;
	full = exchange_alloc(ex, size);
	snprintf(full, size, "%s/%s", language->code, name);
	return full;
}

void site_page(struct exchange *ex, int status, const char *template_name, json_t *data)
{
	static const char sorry[] =
		"<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<title>Erreur du site</title>\n</head>\n<body>\n<main>\n<h1>Erreur du site</h1>\n"
		"<p>Cette page n’a pas pu être préparée. Réessayez dans quelques minutes ; vos réponses déjà "
		"enregistrées ne sont pas perdues.</p>\n</main>\n</body>\n</html>\n";
	struct buf page = BUF_LIMIT(PAGE_LIMIT);
	struct err err = {0};
	bool right = template_render(
			     &page, site_template(ex, template_name), data, &err) &&
		!page.failed;
	json_decref(data);
	if (right) {
		exchange_reply(ex, status, "text/html; charset=utf-8", &page);
		return;
	}
	/* No data: the name of the template, and which kind of error. */
	log_error("page not rendered", F_TEXT("template", template_name),
		F_COUNT("code", err.code));
	buf_wipe(&page);
	exchange_reply_static(ex, 500, "text/html; charset=utf-8", str_of(sorry));
}

/* Static files */

#define VERSION_DIGITS 16

/* What is worked out once for each asset, for the life of the program. */
struct fingerprint {
	struct fingerprint *next;
	const struct asset *asset;
	char version[VERSION_DIGITS +
		1]; /* BLAKE2b of the content, cut short: a name, not a proof */
	char *url;
};
static struct fingerprint *fingerprints; /* of the loop's thread only */

static const struct fingerprint *fingerprint_of(const struct asset *asset)
{
	for (struct fingerprint *f = fingerprints; f; f = f->next)
		if (f->asset == asset)
			return f;
	struct fingerprint *f = x_calloc(1, sizeof(*f));
	struct hash32 hash = hash_plain(asset_text(asset));
	hex_write(f->version, hash.b, VERSION_DIGITS / 2);
	f->url = x_printf("/static/%s?v=%s", asset->name, f->version);
	f->asset = asset;
	f->next = fingerprints;
	fingerprints = f;
	return f;
}

const char *site_static_url(const struct asset_set *set, const char *name)
{
	const struct asset *asset = asset_find(set, str_of(name));
	must(asset);
	return fingerprint_of(asset)->url;
}

static const char *type_of(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = {
		{".css", "text/css; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".ico", "image/x-icon"},
		{".txt", "text/plain; charset=utf-8"},
		{".html", "text/html; charset=utf-8"},
		{".json", "application/json"},
	};
	struct str s = str_of(name);
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		size_t n = strlen(types[i].end);
		if (s.n > n && memcmp(s.p + s.n - n, types[i].end, n) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

static struct str body_in(const struct asset *a, enum coding coding)
{
	switch (coding) {
	case CODING_GZIP:
		return (struct str){a->gz, (size_t)(a->gz_end - a->gz)};
	case CODING_BROTLI:
		return (struct str){a->br, (size_t)(a->br_end - a->br)};
	case CODING_NONE:
		break;
	}
	return asset_text(a);
}

/* Is ?v= the version we have? Another one may be cached only as long as it is asked for
 * again. */
static bool names_version(const struct http_message *m, const char *version)
{
	struct str rest = m->query, pair;
	while (str_cut(&rest, '&', &pair))
		if (str_starts(pair, STR("v=")) &&
			str_eq_z((struct str){pair.p + 2, pair.n - 2}, version))
			return true;
	return false;
}

void site_static(const struct asset_set *set, struct exchange *ex, struct str name)
{
	const struct asset *asset = asset_find(set, name);
	if (!asset) {
		exchange_reply_static(ex, 404, "text/plain; charset=utf-8",
			STR("Il n’y a pas de fichier à cette adresse.\n"));
		return;
	}
	const struct http_message *m = exchange_request(ex);
	const struct fingerprint *f = fingerprint_of(asset);
	enum coding coding = negotiate_coding(m, asset->gz, asset->br);
	char etag[VERSION_DIGITS + 8];
	(void)snprintf(etag, sizeof(etag), "\"%s%s\"", f->version, coding_suffix(coding));
	exchange_header(ex, "ETag", etag);
	exchange_header(ex, "Vary", "Accept-Encoding");
	/* What a document may do concerns no file beside it: the long policies of pages would weigh more than some. */
	exchange_header(ex, "Content-Security-Policy", "default-src 'none'");
	exchange_header(ex, "Permissions-Policy", "camera=()");
	exchange_header(ex, "Cache-Control",
		names_version(m, f->version) ? "public, max-age=31536000, immutable"
					     : "no-cache");
	if (negotiate_is_known(m, etag)) {
		exchange_reply(ex, 304, NULL, NULL);
		return;
	}
	if (coding != CODING_NONE)
		exchange_header(ex, "Content-Encoding", coding_name(coding));
	exchange_reply_static(ex, 200, type_of(asset->name), body_in(asset, coding));
}
