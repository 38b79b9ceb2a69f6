/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template.h - logic-less pages (ctemplate) with context-aware escaping.
 *
 * A template is HTML beside its code. {{NAME}} is escaped for where it stands (text, attribute, URL);
 * {{#NAME}}…{{/NAME}} repeats for arrays, shows for true and for objects; NAME's negation is NOT_NAME;
 * {{>NAME}} includes another template: NAME is an object (or an array of them) with the member "_template", a file
 * name, and is the data of the included page, which sees nothing else. {{{raw}}} does not exist: text with
 * tags of ours goes through {{NAME:none}} and only for values made by html_* functions.
 * Data is a JSON tree: strings, integers, booleans, arrays of objects, objects; a real number is refused (write it
 * the French way first). Names are [A-Za-z0-9_].
 *
 * For every NAME in the data one of two sections shows: NOT_NAME for false, null, "" and [], HAS_NAME for the rest.
 * A NAME that is not in the data at all shows neither: give every page all its names. A name that is missing in an
 * object is looked up in the objects around it, so sections that nest need names of their own.
 * In a query string write {{NAME:u}}. Data for scripts never goes through a template.
 * [[French text]] is what people read (words.h): each page is loaded once a language, by its file name in French and as
 * "en/question.html" in the others; an included page is named in the same way. The text may hold {{NAME}}.
 * Files are escaped as HTML unless they begin with {{%AUTOESCAPE …}}; .xml and .svg as XML, .txt not at all.
 */
#ifndef BAROMETRE_BASE_TEMPLATE_H
#define BAROMETRE_BASE_TEMPLATE_H

#include <jansson.h>

#include "barometre/base/asset.h"
#include "barometre/base/buf.h"
#include "barometre/base/err.h"

/* Loads every template of a set, in every language; once, at start. ERR_INVALID names the broken one. */
bool template_load(const struct asset_set *, struct err *) MUST_USE;
/* Appends the page to `out`. `data` stays the caller's. ERR_BROKEN when there is no such template. */
bool template_render(struct buf *out, const char *name, const json_t *data, struct err *)
	MUST_USE;

#endif
