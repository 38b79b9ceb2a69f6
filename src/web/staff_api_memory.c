/* SPDX-License-Identifier: Apache-2.0 */
/* staff_api_memory.c - what a process remembers for the interface for programs: bounded, and the one unused for longest goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "staff_api.h"

#define GRANTS 256
#define RELEASES 64
#define BODIES 128
#define BODY_BYTES ((size_t)64 << 20)

struct body {
	char hash[65], member[12];
	enum coding coding;
	struct shared_bytes *bytes; /* NULL: unused */
	usec_t used_at;
};
struct api_memory {
	struct api_grant grants[GRANTS];
	struct api_release releases[RELEASES];
	struct body bodies[BODIES];
	size_t grant_count, release_count, body_bytes;
	usec_t strangers;
};

struct api_memory *api_memory_new(void)
{
	return x_calloc(1, sizeof(struct api_memory));
}

static void let_go(struct api_memory *memory, struct body *body)
{
	if (!body->bytes)
		return;
	memory->body_bytes -= shared_bytes_str(body->bytes).n;
	shared_bytes_drop(body->bytes);
	*body = (struct body){0};
}

static void release_texts_free(struct api_release *release)
{
	free(TAKE(release->parameters));
	free(TAKE(release->reason));
	free(TAKE(release->withdrawn_why));
}

void api_memory_free(struct api_memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < BODIES; i++)
		let_go(memory, &memory->bodies[i]);
	for (size_t i = 0; i < memory->release_count; i++)
		release_texts_free(&memory->releases[i]);
	secret_wipe(memory, sizeof(*memory));
	free(memory);
}

/* A clock that was set back ends every lease. */
static bool is_fresh(usec_t checked_at, usec_t now)
{
	return now >= checked_at && now - checked_at < API_LEASE;
}

/* ---- keys ---- */

static struct api_grant *grant_of(struct api_memory *memory, const struct hash32 *hash)
{
	for (size_t i = 0; i < memory->grant_count; i++)
		if (memcmp(&memory->grants[i].hash, hash, sizeof(*hash)) == 0)
			return &memory->grants[i];
	return NULL;
}

struct api_grant *api_grant_find(
	struct api_memory *memory, const struct hash32 *hash, usec_t now)
{
	struct api_grant *grant = grant_of(memory, hash);

	if (!grant || !is_fresh(grant->checked_at, now) || grant->expires <= now)
		return NULL;
	grant->used_at = now;
	return grant;
}

static struct api_grant *room_for_grant(struct api_memory *memory)
{
	struct api_grant *oldest = &memory->grants[0];

	if (memory->grant_count < GRANTS)
		return &memory->grants[memory->grant_count++];
	for (size_t i = 1; i < GRANTS; i++)
		if (memory->grants[i].used_at < oldest->used_at)
			oldest = &memory->grants[i];
	*oldest = (struct api_grant){0};
	return oldest;
}

struct api_grant *api_grant_put(
	struct api_memory *memory, const struct api_grant *said, usec_t now)
{
	struct api_grant *grant = grant_of(memory, &said->hash);
	usec_t spent_until;

	if (!grant)
		grant = room_for_grant(memory);
	spent_until = grant->spent_until;
	*grant = *said;
	grant->spent_until = spent_until;
	grant->checked_at = grant->used_at = now;
	return grant;
}

int api_rate_take(usec_t *spent_until, long per_minute, usec_t now)
{
	usec_t each, after;

	if (per_minute <= 0)
		return 0;
	each = USEC_PER_MIN / per_minute;
	after = *spent_until > now ? *spent_until : now;
	if (after + each > now + USEC_PER_MIN)
		return (int)((after + each - now - USEC_PER_MIN) / USEC_PER_SEC) + 1;
	*spent_until = after + each;
	return 0;
}

usec_t *api_strangers(struct api_memory *memory)
{
	return &memory->strangers;
}

/* ---- releases ---- */

static struct api_release *release_of(
	struct api_memory *memory, struct str edition, int64_t asked)
{
	for (size_t i = 0; i < memory->release_count; i++)
		if (memory->releases[i].asked == asked &&
			str_eq_z(edition, memory->releases[i].edition))
			return &memory->releases[i];
	return NULL;
}

const struct api_release *api_release_find(
	struct api_memory *memory, struct str edition, int64_t asked, usec_t now)
{
	struct api_release *release = release_of(memory, edition, asked);

	if (!release || !is_fresh(release->checked_at, now))
		return NULL;
	release->used_at = now;
	return release;
}

static struct api_release *room_for_release(struct api_memory *memory)
{
	struct api_release *oldest = &memory->releases[0];

	if (memory->release_count < RELEASES)
		return &memory->releases[memory->release_count++];
	for (size_t i = 1; i < RELEASES; i++)
		if (memory->releases[i].used_at < oldest->used_at)
			oldest = &memory->releases[i];
	return oldest;
}

static void let_bodies_go(struct api_memory *memory, const struct api_release *release)
{
	for (size_t i = 0; i < BODIES; i++)
		for (size_t k = 0; k < release->file_count; k++)
			if (memory->bodies[i].bytes &&
				strcmp(memory->bodies[i].hash, release->files[k].hash) ==
					0)
				let_go(memory, &memory->bodies[i]);
}

const struct api_release *api_release_put(
	struct api_memory *memory, struct api_release *said, usec_t now)
{
	struct api_release *release = release_of(
		memory, str_of(said->edition), said->asked);

	if (!release)
		release = room_for_release(memory);
	release_texts_free(release);
	*release = *said;
	said->parameters = said->reason = said->withdrawn_why = NULL;
	release->checked_at = release->used_at = now;
	if (strcmp(release->state, "withdrawn") == 0)
		let_bodies_go(memory, release);
	return release;
}

/* ---- bytes ---- */

static struct body *body_of(struct api_memory *memory, const char *hash,
	const char *member, enum coding coding)
{
	for (size_t i = 0; i < BODIES; i++) {
		struct body *body = &memory->bodies[i];

		if (body->bytes && body->coding == coding &&
			strcmp(body->hash, hash) == 0 &&
			strcmp(body->member, member) == 0)
			return body;
	}
	return NULL;
}

struct shared_bytes *api_body_find(struct api_memory *memory, const char *hash,
	const char *member, enum coding coding, usec_t now)
{
	struct body *body = body_of(memory, hash, member, coding);

	if (!body)
		return NULL;
	body->used_at = now;
	return body->bytes;
}

/* An unused entry, or the one unused for longest, emptied. */
static struct body *room_for_body(struct api_memory *memory)
{
	struct body *oldest = &memory->bodies[0];

	for (size_t i = 0; i < BODIES; i++) {
		struct body *body = &memory->bodies[i];

		if (!body->bytes)
			return body;
		if (body->used_at < oldest->used_at)
			oldest = body;
	}
	let_go(memory, oldest);
	return oldest;
}

static struct body *oldest_body(struct api_memory *memory)
{
	struct body *oldest = NULL;

	for (size_t i = 0; i < BODIES; i++)
		if (memory->bodies[i].bytes &&
			(!oldest || memory->bodies[i].used_at < oldest->used_at))
			oldest = &memory->bodies[i];
	return oldest;
}

void api_body_put(struct api_memory *memory, const char *hash, const char *member,
	enum coding coding, struct shared_bytes *bytes, usec_t now)
{
	size_t size = shared_bytes_str(bytes).n;
	struct body *body = body_of(memory, hash, member, coding);

	if (body || size > BODY_BYTES)
		return;
	while (memory->body_bytes + size > BODY_BYTES)
		let_go(memory, oldest_body(memory));
	body = room_for_body(memory);
	*body = (struct body){.coding = coding, .used_at = now};
	(void)snprintf(body->hash, sizeof(body->hash), "%s", hash);
	(void)snprintf(body->member, sizeof(body->member), "%s", member);
	body->bytes = shared_bytes_hold(bytes);
	memory->body_bytes += size;
}
