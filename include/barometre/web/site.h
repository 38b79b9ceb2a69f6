/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site.h - what both sites share: route table, pages by template, error pages, static
 * files, headers.
 */
#ifndef BAROMETRE_WEB_SITE_H
#define BAROMETRE_WEB_SITE_H

#include <jansson.h>

#include "barometre/base/asset.h"
#include "barometre/web/exchange.h"

/* Pattern segments: literal, or "*" which matches one segment that is not empty (given
 * decoded in `parts`, lent until the reply; at most 8). The first route that fits wins. */
struct route {
	enum http_method method;
	const char *pattern;
	void (*handle)(void *site, struct exchange *, const struct str *parts);
};
/* Dispatches; HEAD is served by GET routes. 404, 405 (with Allow) and 400 (a broken
 * escape in a segment) through `error`. */
typedef void error_page_fn(void *site, struct exchange *, int status, const char *title,
	const char *message);
void site_dispatch(const struct route *, size_t count, void *site, error_page_fn *,
	struct exchange *);

/* The name of a page in the language of the reply: "question.html" or "en/question.html", for a "_template" in data.
 * Lent until the reply. */
const char *site_template(struct exchange *, const char *name);
/* Renders a page template, in the language of the reply (site_template is not needed for its name), into a reply (at most
 * 1 MiB). Takes `data`. A page that cannot be rendered is logged, without data, and answered by 500. */
void site_page(struct exchange *, int status, const char *template_name, json_t *data);
/* GET /static/<name>: from assets with ETag and 304, br/gzip by Accept-Encoding; cached
 * for ever when ?v= names the version we have, else asked for again each time
 * (no-cache). 404 in plain text. */
void site_static(const struct asset_set *, struct exchange *, struct str name);
/* "/static/site.css?v=1a2b3c4d…" for a page; borrowed for ever. An unknown name is our
 * bug. */
const char *site_static_url(const struct asset_set *, const char *name);
/* CSP default-src 'none'; style/img/script/form-action 'self' …, nosniff, no-referrer,
 * Permissions-Policy, COOP, CORP, X-Robots-Tag: noindex, Cache-Control: no-store. Every
 * reply gets them from exchange.c; a handler that has set one of these itself
 * (exchange_header) keeps its own value, so "/" may say X-Robots-Tag: all. Calling it
 * again does nothing. */
void site_headers(struct exchange *);
/* The same lines, for a reply without an exchange. */
void site_headers_write(struct buf *out);

#endif
