/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_api_release.c - one release: what it is, its files, its questions and notes.
 *
 *   state (memory, else api/release) → what is wanted → its bytes (staff_api_file.c)
 *
 * Questions and notes are members of the JSON file, so that they say what it says.
 */
#include <stdio.h>
#include <string.h>

#include "sql_catalog.h"
#include "staff_api.h"

/* ---- the state of a release ---- */

static void answer_withdrawn(struct staff_step *step, const struct api_release *release)
{
	SCOPED(free_char)
	char *detail = x_printf("La diffusion %lld a été retirée le %s" NNBSP
				": %s Ne l’utilisez plus" NNBSP
				"; /api/v1/editions/%s/releases donne celles qui valent.",
		(long long)release->version, release->withdrawn_on,
		release->withdrawn_why, release->edition);

	api_problem(step->site, step->exchange, PROBLEM_WITHDRAWN, detail,
		json_pack("{s:I, s:s, s:s}", "version", (json_int_t)release->version,
			"withdrawn_on", release->withdrawn_on, "withdrawn_why",
			release->withdrawn_why));
}

static void show_release(struct staff_step *step, const struct api_release *release)
{
	struct api_call *call = step->own;

	if (api_in_field(step, str_of(release->edition_state)))
		return;
	call->version = release->version;
	if (release->version == 0)
		api_problem(
			step->site, step->exchange, PROBLEM_NOT_PUBLISHED, NULL, NULL);
	else if (strcmp(release->state, "withdrawn") == 0)
		answer_withdrawn(step, release);
	else
		call->serve(step, release);
}

#define COPY(field, row, column) \
 (void)snprintf(field, sizeof(field), "%s", db_str(rows, row, column).p)

static void release_from_rows(struct api_release *ret, const struct db_rows *rows)
{
	COPY(ret->edition_state, 0, "edition_state");
	if (db_is_null(rows, 0, "version"))
		return;
	ret->version = db_int(rows, 0, "version");
	ret->rows = db_int(rows, 0, "rows");
	COPY(ret->state, 0, "state");
	COPY(ret->kind, 0, "kind");
	COPY(ret->hash, 0, "release_hash");
	COPY(ret->created_on, 0, "created_on");
	COPY(ret->published_on, 0, "published_on");
	COPY(ret->withdrawn_on, 0, "withdrawn_on");
	ret->reason = x_strdup(db_str(rows, 0, "reason").p);
	ret->withdrawn_why = x_strdup(db_str(rows, 0, "withdrawn_why").p);
	ret->parameters = x_strdup(db_str(rows, 0, "parameters").p);
	for (size_t i = 0; i < db_count(rows) && i < API_FILES; i++) {
		struct api_file *file = &ret->files[ret->file_count];

		if (db_is_null(rows, i, "format"))
			continue;
		COPY(file->format, i, "format");
		COPY(file->name, i, "name");
		COPY(file->media_type, i, "media_type");
		COPY(file->hash, i, "hash");
		file->size = db_int(rows, i, "size");
		ret->file_count++;
	}
}

static void release_read_rows(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	const struct api_call *call = step->own;
	struct api_release said = {.asked = call->asked};

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0) {
		api_problem(step->site, step->exchange, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	(void)snprintf(said.edition, sizeof(said.edition), "%s", call->edition);
	release_from_rows(&said, rows);
	show_release(
		step, api_release_put(step->site->api, &said, step->site->options.now()));
}

/* "latest", or a number from 1. */
static bool version_parse(struct str text, int64_t *ret)
{
	uint64_t n;

	*ret = 0;
	if (str_eq_z(text, "latest"))
		return true;
	if (!str_parse_u64(text, &n) || n == 0 || n > INT64_MAX)
		return false;
	*ret = (int64_t)n;
	return true;
}

void api_find_release(struct staff_step *step)
{
	struct api_call *call = step->own;
	const struct api_release *release;
	struct db_params params = {0};

	if (!api_may_see(step, step->parts[0].p))
		return;
	if (step->parts[0].n >= sizeof(call->edition) ||
		!version_parse(step->parts[1], &call->asked)) {
		api_problem(step->site, step->exchange, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	(void)snprintf(call->edition, sizeof(call->edition), "%s", step->parts[0].p);
	release = api_release_find(
		step->site->api, step->parts[0], call->asked, step->site->options.now());
	if (release) {
		show_release(step, release);
		return;
	}
	db_text_z(&params, call->edition);
	db_i64(&params, call->asked);
	staff_ask(step, &SQL_API_RELEASE, &params, release_read_rows);
}

/* ---- its address, its files ---- */

static char *href_of(const struct api_release *release, const char *below)
{
	return x_printf("/api/v1/editions/%s/releases/%lld%s", release->edition,
		(long long)release->version, below);
}

static const struct api_file *file_of(
	const struct api_release *release, const char *format)
{
	for (size_t i = 0; i < release->file_count; i++)
		if (strcmp(release->files[i].format, format) == 0)
			return &release->files[i];
	return NULL;
}

/* ---- figures ---- */

static json_t *available_json(const struct api_release *release)
{
	json_t *list = json_array();

	for (size_t i = 0; i < release->file_count; i++) {
		const struct api_file *file = &release->files[i];
		SCOPED(free_char)
		char *href = api_file_href(release->edition, release->version, file);

		if (api_is_figures(file))
			json_array_append_new(list,
				json_pack("{s:s, s:s, s:s}", "format", file->format,
					"media_type", file->media_type, "href", href));
	}
	return json_pack("{s:o}", "available", list);
}

/* The best of Accept; of equals the first, in the order of export.h: the tidy CSV. */
static const struct api_file *best_file(
	struct exchange *exchange, const struct api_release *release)
{
	struct str accept = http_header_find(exchange_request(exchange), "Accept");
	const struct api_file *best = NULL;
	int quality = 0;

	for (size_t i = 0; i < release->file_count; i++) {
		const struct api_file *file = &release->files[i];
		int here = api_is_figures(file)
			? api_quality(accept, str_of(file->media_type))
			: 0;

		if (here > quality) {
			quality = here;
			best = file;
		}
	}
	return best;
}

static void serve_figures(struct staff_step *step, const struct api_release *release)
{
	struct str format = staff_query(step->exchange, "format");
	const struct api_file *file = NULL;

	if (!format.p)
		file = best_file(step->exchange, release);
	else if (memchr(format.p, '\0', format.n) == NULL)
		file = file_of(release, format.p);
	if (!file || !api_is_figures(file)) {
		api_problem(step->site, step->exchange, PROBLEM_FORMAT, NULL,
			available_json(release));
		return;
	}
	api_send_file(step, file);
}

/* A document that has one form only. */
static void serve_document(struct staff_step *step, const struct api_release *release,
	const char *format, const char *member)
{
	struct api_call *call = step->own;
	const struct api_file *file = file_of(release, format);
	struct str accept = http_header_find(exchange_request(step->exchange), "Accept");

	if (!file)
		api_problem(
			step->site, step->exchange, PROBLEM_NOT_PUBLISHED, NULL, NULL);
	else if (api_quality(accept, STR("application/json")) == 0)
		api_problem(step->site, step->exchange, PROBLEM_FORMAT, NULL,
			json_pack("{s:[{s:s}]}", "available", "media_type",
				"application/json"));
	else {
		(void)snprintf(call->member, sizeof(call->member), "%s", member);
		api_send_file(step, file);
	}
}

static void serve_questions(struct staff_step *step, const struct api_release *release)
{
	serve_document(step, release, "json", "codebook");
}

static void serve_notes(struct staff_step *step, const struct api_release *release)
{
	serve_document(step, release, "json", "notes");
}

static void serve_manifest(struct staff_step *step, const struct api_release *release)
{
	serve_document(step, release, "manifest", "");
}

/* ---- what it is ---- */

static json_t *files_json(const struct api_release *release)
{
	json_t *list = json_array();

	for (size_t i = 0; i < release->file_count; i++) {
		const struct api_file *file = &release->files[i];
		SCOPED(free_char)
		char *href = api_file_href(release->edition, release->version, file);

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "format",
				file->format, "name", file->name, "media_type",
				file->media_type, "bytes", (json_int_t)file->size,
				"blake2b", file->hash, "href", href));
	}
	return list;
}

static json_t *links_json(const struct api_release *release)
{
	static const struct {
		const char *name, *below;
	} all[] = {{"self", ""}, {"figures", "/figures"}, {"questions", "/questions"},
		{"notes", "/notes"}, {"manifest", "/manifest"}};
	json_t *links = json_object();

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		SCOPED(free_char) char *href = href_of(release, all[i].below);

		json_object_set_new(links, all[i].name, json_string(href));
	}
	return links;
}

static void serve_description(struct staff_step *step, const struct api_release *release)
{
	json_t *parameters = json_loads(release->parameters, 0, NULL);

	api_json(step,
		json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:o, s:o, s:o}",
			"edition", release->edition, "version",
			(json_int_t)release->version, "state", release->state, "kind",
			release->kind, "reason", release->reason, "created_on",
			release->created_on, "published_on", release->published_on,
			"rows", (json_int_t)release->rows, "hash", release->hash,
			"parameters", parameters ? parameters : json_object(), "files",
			files_json(release), "links", links_json(release)));
}

/* ---- routes ---- */

static void to_description(struct staff_step *step)
{
	((struct api_call *)step->own)->serve = serve_description;
	api_find_release(step);
}

static void to_figures(struct staff_step *step)
{
	((struct api_call *)step->own)->serve = serve_figures;
	api_find_release(step);
}

static void to_questions(struct staff_step *step)
{
	((struct api_call *)step->own)->serve = serve_questions;
	api_find_release(step);
}

static void to_notes(struct staff_step *step)
{
	((struct api_call *)step->own)->serve = serve_notes;
	api_find_release(step);
}

static void to_manifest(struct staff_step *step)
{
	((struct api_call *)step->own)->serve = serve_manifest;
	api_find_release(step);
}

void api_get_release(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, true, to_description);
}

void api_get_figures(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, true, to_figures);
}

void api_get_questions(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, true, to_questions);
}

void api_get_notes(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, true, to_notes);
}

void api_get_manifest(void *site, struct exchange *exchange, const struct str *parts)
{
	api_enter(site, exchange, parts, true, to_manifest);
}
