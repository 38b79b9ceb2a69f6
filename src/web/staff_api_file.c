/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_api_file.c - the bytes of one file of a release, or of a member of its JSON file, in the coding that is wanted.
 *
 *   known (If-None-Match) → 304
 *   bytes (memory) → 200
 *   text to be compressed: on a thread, once → memory → the state of the release again → 200
 *   bytes (api/file) → are they what was published? → memory → as above
 *
 * Compressed when it is first asked for, and not when it is published: half a second of a thread, once in the life of a process,
 * against a second copy of everything in the database. Which form is right depends on the file and on Accept-Encoding alone, so a
 * tag is good for as long as the release is; while too many wait, or memory is full, a text comes as it is, with the tag of that.
 *
 * A compressed answer tells its length to who listens; that tells of secrets only where text of the listener's choice is compressed
 * with them (BREACH). Nothing of a request is in these files, they hold no secret, and everybody with a key gets the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "barometre/base/gzip.h"
#include "barometre/base/log.h"
#include "sql_catalog.h"
#include "staff_api.h"

#define FILE_LIMIT ((size_t)256 << 20)
#define CODED_MOST ((int64_t)32 << 20) /* it and what it becomes fit into memory */
#define WAITING_MOST 16                /* texts; one is compressed at a time */

/* A text being compressed, or waiting for it. Outlives the exchanges: the thread cannot be stopped. */
struct coding_job {
	struct coding_job *next;
	struct staff_site *site;    /* NULL when the site has gone */
	struct staff_step *waiting; /* by api_call.next_waiting */
	char hash[65], member[12];
	struct shared_bytes *plain;
	struct buf packed;
	bool started;
};

char *api_file_href(const char *edition, int64_t version, const struct api_file *file)
{
	if (!api_is_figures(file))
		return x_printf("/api/v1/editions/%s/releases/%lld/manifest", edition,
			(long long)version);
	return x_printf("/api/v1/editions/%s/releases/%lld/figures?format=%s", edition,
		(long long)version, file->format);
}

bool api_is_figures(const struct api_file *file)
{
	return strcmp(file->format, "manifest") != 0;
}

/* ---- what is sent ---- */

/* A workbook and a package are compressed already. */
static bool is_text(const struct api_file *file)
{
	struct str type = str_of(file->media_type);

	return str_starts(type, STR("text/")) ||
		str_starts(type, STR("application/json")) ||
		str_starts(type, STR("application/xml"));
}

static char *etag_of(const struct api_call *call)
{
	return x_printf("\"%s%s%s%s\"", call->file.hash, *call->member ? "-" : "",
		call->member, coding_suffix(call->coding));
}

static void add_headers(struct staff_step *step)
{
	const struct api_call *call = step->own;
	SCOPED(free_char) char *etag = etag_of(call);

	api_representation(
		step->exchange, etag, "Accept, Accept-Encoding, Authorization, Cookie");
	if (!*call->member && api_is_figures(&call->file)) {
		SCOPED(free_char)
		char *location = api_file_href(call->edition, call->version, &call->file);

		exchange_header(step->exchange, "Content-Location", location);
	}
}

static bool is_known(struct staff_step *step)
{
	SCOPED(free_char) char *etag = etag_of(step->own);

	return negotiate_is_known(exchange_request(step->exchange), etag);
}

static void send_bytes(struct staff_step *step, struct shared_bytes *bytes)
{
	const struct api_call *call = step->own;
	bool whole = !*call->member;

	add_headers(step);
	if (whole) {
		SCOPED(free_char)
		char *name = x_printf("attachment; filename=\"%s\"", call->file.name);

		exchange_header(step->exchange, "Content-Disposition", name);
	}
	if (call->coding != CODING_NONE)
		exchange_header(
			step->exchange, "Content-Encoding", coding_name(call->coding));
	exchange_reply_shared(step->exchange, 200,
		whole ? call->file.media_type : "application/json", bytes);
}

/* ---- compressed ---- */

static void job_free(struct coding_job *job)
{
	shared_bytes_drop(job->plain);
	buf_release(&job->packed);
	free(job);
}

static void compress(void *arg)
{
	struct coding_job *job = arg;

	gzip_add(&job->packed, shared_bytes_str(job->plain));
}

static void compressed(void *arg);

static void start_next(struct staff_site *site)
{
	struct coding_job *job = site->codings;

	if (!job || job->started)
		return;
	job->started = true;
	loop_thread(site->loop, compress, compressed, job);
}

/* Withdrawn meanwhile, or in the way of others: then it is not kept. */
static void keep(struct coding_job *job)
{
	struct api_memory *memory = job->site->api;
	usec_t now = job->site->options.now();
	struct shared_bytes *packed;

	must(!job->packed.failed);
	if (!api_body_find(memory, job->hash, job->member, CODING_NONE, now))
		return;
	packed = shared_bytes_new(&job->packed);
	api_body_put(memory, job->hash, job->member, CODING_GZIP, packed, now);
	shared_bytes_drop(packed);
}

/* Those who wait, first to last, none of whom waits for it any more. */
static struct staff_step *let_go(struct coding_job *job)
{
	struct staff_step *first = TAKE(job->waiting), *step;
	struct api_call *call;

	for (step = first; step; step = call->next_waiting) {
		call = step->own;
		call->job = NULL;
	}
	return first;
}

static void compressed(void *arg)
{
	struct coding_job *job = arg;
	struct staff_site *site = job->site;
	struct staff_step *step = let_go(job);

	if (site) {
		must(site->codings == job);
		site->codings = job->next;
		keep(job);
	}
	job_free(job);
	while (step) {
		const struct api_call *call = step->own;
		struct staff_step *next = call->next_waiting;

		/* It may have been withdrawn: longer than the lease nothing is served unasked. */
		api_find_release(step);
		step = next;
	}
	if (site)
		start_next(site);
}

static void leave(void *arg)
{
	struct staff_step *step = arg;
	struct api_call *call = step->own;
	struct staff_step **at;

	if (!call->job)
		return;
	at = &call->job->waiting;
	while (*at != step)
		at = &((struct api_call *)(*at)->own)->next_waiting;
	*at = call->next_waiting;
}

/* Of this text, one that waits or runs, or a new one; NULL when too many wait. */
static struct coding_job *job_for(struct staff_step *step, struct shared_bytes *plain)
{
	const struct api_call *call = step->own;
	struct coding_job **at = &step->site->codings, *job;
	size_t count = 0;

	for (; *at; at = &(*at)->next, count++)
		if (strcmp((*at)->hash, call->file.hash) == 0 &&
			strcmp((*at)->member, call->member) == 0)
			return *at;
	if (count == WAITING_MOST)
		return NULL;
	job = *at = x_calloc(1, sizeof(*job));
	job->site = step->site;
	job->plain = shared_bytes_hold(plain);
	/* What cannot be compressed grows by 5 bytes in 16 KiB, and by the frame (zlib, deflateBound). */
	job->packed.max = shared_bytes_str(plain).n + shared_bytes_str(plain).n / 1024 +
		1024;
	(void)snprintf(job->hash, sizeof(job->hash), "%s", call->file.hash);
	(void)snprintf(job->member, sizeof(job->member), "%s", call->member);
	return job;
}

/* As they are, or compressed a little later. */
static void send_plain(struct staff_step *step, struct shared_bytes *plain)
{
	struct api_call *call = step->own;
	struct coding_job *job = call->coding == CODING_NONE ? NULL
							     : job_for(step, plain);

	if (!job) {
		call->coding = CODING_NONE;
		send_bytes(step, plain);
		return;
	}
	exchange_keep_call(step->exchange, NULL);
	call->waited = true;
	call->job = job;
	call->next_waiting = job->waiting;
	job->waiting = step;
	exchange_on_gone(step->exchange, leave, step);
	start_next(step->site);
}

void api_codings_detach(struct staff_site *site)
{
	while (site->codings) {
		struct coding_job *job = site->codings;

		site->codings = job->next;
		job->site = NULL;
		(void)let_go(job);
		if (!job->started) /* else `compressed` frees it */
			job_free(job);
	}
}

/* ---- bytes ---- */

/* The member of the JSON file, as a document of its own. Takes the bytes of the file, which become those of the member. */
static bool keep_member(struct buf *bytes, const struct api_call *call)
{
	json_t *file = json_loadb(bytes->p, bytes->n, 0, NULL);
	json_t *member = json_object_get(file, call->member);
	json_t *document;
	char *text;

	buf_release(bytes);
	if (!member) {
		json_decref(file);
		return false;
	}
	document = json_pack("{s:s, s:I, s:O}", "edition", call->edition, "version",
		(json_int_t)call->version,
		strcmp(call->member, "notes") == 0 ? "notes" : "questions", member);
	text = json_dumps(document, JSON_COMPACT);
	buf_puts(bytes, text);
	free(text);
	json_decref(document);
	json_decref(file);
	return true;
}

static void file_read(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct api_call *call = step->own;
	struct buf bytes = BUF_LIMIT(FILE_LIMIT);
	struct shared_bytes *shared;
	struct hash32 hash;
	char hex[65];

	if (api_is_down(step, err))
		return;
	if (db_count(rows) == 0) { /* withdrawn a moment ago */
		api_problem(
			step->site, step->exchange, PROBLEM_NOT_PUBLISHED, NULL, NULL);
		return;
	}
	must(db_get_bytes(rows, 0, "bytes", &bytes));
	hash = hash_plain(buf_str(&bytes));
	hex_write(hex, hash.b, sizeof(hash.b));
	if (bytes.failed || strcmp(hex, call->file.hash) != 0 ||
		(*call->member && !keep_member(&bytes, call))) {
		log_error("api.file", F_TEXT("format", call->file.format));
		buf_release(&bytes);
		exchange_header(step->exchange, "Retry-After", "3600");
		api_problem(step->site, step->exchange, PROBLEM_UNAVAILABLE,
			"Ce fichier n’est plus celui qui a été diffusé. Prévenez la personne qui administre le baromètre.",
			NULL);
		return;
	}
	shared = shared_bytes_new(&bytes);
	api_body_put(step->site->api, call->file.hash, call->member, CODING_NONE, shared,
		step->site->options.now());
	send_plain(step, shared);
	shared_bytes_drop(shared);
}

static struct shared_bytes *find(const struct staff_step *step, enum coding coding)
{
	const struct api_call *call = step->own;

	return api_body_find(step->site->api, call->file.hash, call->member, coding,
		step->site->options.now());
}

void api_send_file(struct staff_step *step, const struct api_file *file)
{
	struct api_call *call = step->own;
	struct db_params params = {0};
	struct shared_bytes *bytes;

	call->file = *file;
	call->coding = negotiate_coding(exchange_request(step->exchange),
		is_text(file) && file->size <= CODED_MOST, false);
	if (is_known(step)) {
		add_headers(step);
		exchange_reply(step->exchange, 304, NULL, NULL);
		return;
	}
	bytes = find(step, call->coding);
	if (bytes) {
		send_bytes(step, bytes);
		return;
	}
	if (call->waited) /* and it is gone again: once is enough */
		call->coding = CODING_NONE;
	bytes = find(step, CODING_NONE);
	if (bytes) {
		send_plain(step, bytes);
		return;
	}
	db_text_z(&params, call->edition);
	db_i64(&params, call->version);
	db_text_z(&params, file->format);
	staff_ask(step, &SQL_API_FILE, &params, file_read);
}
