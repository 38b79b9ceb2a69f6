/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_api.h - the interface for programs, under /api/v1.
 *
 *   key or session (api_enter) → state of the release → one representation out of memory
 *
 * Only bytes of barometre.release_file leave here: what was published, nothing worked out anew. The contract is
 * src/web/api/openapi.json; tests/api holds every answer against it.
 *
 * What is kept in memory, by each process: the bytes of files (bounded), which never change; and for API_LEASE what the database
 * said of a key and of a release. So a key that is revoked, or a release that is withdrawn, is served for two seconds more at
 * most (whose key was let in is answered, by the state of the release at the end); and when the database cannot be asked, nothing
 * is served.
 */
#ifndef BAROMETRE_WEB_STAFF_API_H
#define BAROMETRE_WEB_STAFF_API_H

#include "negotiate.h"
#include "staff_private.h"

#define API_LEASE (2 * USEC_PER_SEC)

/* ---- staff_api_problem.c: errors (RFC 9457) ---- */
#define API_KEYS_PAGE "la page «" NNBSP "Clés" NNBSP "» du site de l’équipe"
enum api_problem {
	PROBLEM_ADDRESS,
	PROBLEM_KEY_MISSING,
	PROBLEM_KEY_UNKNOWN,
	PROBLEM_KEY_EXPIRED,
	PROBLEM_KEY_REVOKED,
	PROBLEM_SCOPE,
	PROBLEM_ROLE,
	PROBLEM_EDITION_RESERVED,
	PROBLEM_FIELD,
	PROBLEM_NOT_FOUND,
	PROBLEM_NOT_PUBLISHED,
	PROBLEM_METHOD,
	PROBLEM_FORMAT,
	PROBLEM_WITHDRAWN,
	PROBLEM_TOO_MANY,
	PROBLEM_UNAVAILABLE,
	PROBLEMS
};
/* `detail` NULL: the advice of the problem. `more`, taken, or NULL: members to add. */
void api_problem(struct staff_site *, struct exchange *, enum api_problem,
	const char *detail, json_t *more);
/* What a type means (GET /api/v1/problems/…); needs no key. */
void api_get_problem(void *site, struct exchange *, const struct str *parts);

/* ---- staff_api_memory.c ---- */
struct api_grant { /* what a key may do */
	struct hash32 hash;
	char edition[33]; /* "": all */
	bool figures;
	enum staff_role role;
	usec_t expires, checked_at, used_at;
	usec_t spent_until; /* of its minute's worth: generic cell rate algorithm, ITU-T I.371 annex A */
};
struct api_file {
	char format[16], name[120], media_type[120], hash[65];
	int64_t size;
};
#define API_FILES 8
struct api_release {
	char edition[33];
	int64_t asked; /* 0: the newest */
	usec_t checked_at, used_at;
	char edition_state[16];
	int64_t version, rows; /* version 0: there is none */
	char state[12], kind[16], hash[65];
	char created_on[11], published_on[11], withdrawn_on[11];
	char *parameters, *reason, *withdrawn_why; /* its own; parameters: JSON */
	struct api_file files[API_FILES];
	size_t file_count;
};
struct api_memory;
struct api_memory *api_memory_new(void);
void api_memory_free(struct api_memory *);
/* What was said within API_LEASE, or NULL; lent until the next call that puts. */
struct api_grant *api_grant_find(struct api_memory *, const struct hash32 *, usec_t now);
struct api_grant *api_grant_put(
	struct api_memory *, const struct api_grant *, usec_t now);
const struct api_release *api_release_find(
	struct api_memory *, struct str edition, int64_t asked, usec_t now);
const struct api_release *api_release_put(
	struct api_memory *, struct api_release *, usec_t now); /* takes its texts */
/* Bytes of a file by its hash: of all of it (member ""), or of a member of the JSON file; in a coding. All count for the one
 * bound. Those of a release are let go when it is put as withdrawn; who still reads them reads to the end. */
struct shared_bytes *api_body_find(struct api_memory *, const char *hash,
	const char *member, enum coding, usec_t now);
void api_body_put(struct api_memory *, const char *hash, const char *member, enum coding,
	struct shared_bytes *, usec_t now);
/* Counts one request of a key: 0, or the seconds until it would be welcome. per_minute 0: no limit. */
int api_rate_take(usec_t *spent_until, long per_minute, usec_t now) MUST_USE;
usec_t *api_strangers(struct api_memory *); /* the same for keys nobody knows */

/* ---- staff_api_accept.c: which representation is wanted (RFC 9110 section 12.5.1) ---- */
/* 0 … 1000: how welcome a media type is, by the most specific range that names it. No Accept: everything is. */
int api_quality(struct str accept, struct str media_type);
/* Headers of a representation. */
void api_representation(struct exchange *, const char *etag, const char *vary);
/* A JSON document as an answer: 200, 304, or 406; takes it. */
void api_json(struct staff_step *, json_t *document);

/* ---- staff_api.c: who asks ---- */
struct api_call {
	struct api_grant grant; /* a copy */
	bool needs_figures;
	struct hash32 hash;
	/* Of what */
	char edition[33];
	int64_t asked;
	void (*serve)(struct staff_step *, const struct api_release *);
	struct api_file file;
	int64_t version;
	char member[12]; /* of the JSON file: "codebook", "notes", or "" */
	enum coding coding;
	struct coding_job *job; /* waits for it, with next_waiting */
	struct staff_step *next_waiting;
	bool waited;
};
bool api_is_down(struct staff_step *, const struct err *);
void api_enter(void *site, struct exchange *, const struct str *parts, bool needs_figures,
	staff_fn *next);
/* False, and answered, when the key is for another edition. */
bool api_may_see(struct staff_step *, const char *edition) MUST_USE;

/* ---- staff_api_file.c: bytes ---- */
bool api_is_figures(const struct api_file *); /* or the manifest */
/* Its address; to be freed. */
char *api_file_href(const char *edition, int64_t version, const struct api_file *);
/* Of call->edition and version: all of it, or call->member. */
void api_send_file(struct staff_step *, const struct api_file *);

/* ---- staff_api_list.c, staff_api_release.c ---- */
/* The release the address names, then call->serve; also to ask again. */
void api_find_release(struct staff_step *);
void api_get_root(void *site, struct exchange *, const struct str *parts);
void api_get_description(void *site, struct exchange *, const struct str *parts);
void api_get_editions(void *site, struct exchange *, const struct str *parts);
void api_get_edition(void *site, struct exchange *, const struct str *parts);
void api_get_releases(void *site, struct exchange *, const struct str *parts);
void api_get_release(void *site, struct exchange *, const struct str *parts);
void api_get_figures(void *site, struct exchange *, const struct str *parts);
void api_get_questions(void *site, struct exchange *, const struct str *parts);
void api_get_notes(void *site, struct exchange *, const struct str *parts);
void api_get_manifest(void *site, struct exchange *, const struct str *parts);
/* Is there nothing to tell of the edition, because of its field? Answered when true. */
bool api_in_field(struct staff_step *, struct str edition_state);

#endif
