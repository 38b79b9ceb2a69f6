/* SPDX-License-Identifier: Apache-2.0 */
/* Files of releases, compressed: which form, the same figures, tags; made once, dropped with the release, read to the end. */
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/web/exchange_private.h"
#include "../../src/web/staff_api.h"
#include "../support/gunzip.h"
#include "staff_world.h"

#define KEY "Authorization: Bearer cle-ana\r\n"
#define GZIP "Accept-Encoding: gzip\r\n"
#define RELEASE "/api/v1/editions/e2023/releases/1"
#define FIGURES RELEASE "/figures"
#define VARY "Vary: Accept, Accept-Encoding, Authorization, Cookie\r\n"
#define LATER (API_LEASE + USEC_PER_SEC)
#define LARGE \
 ((size_t)12  \
	 << 20) /* more than the kernel keeps for a client that does not read, compressed too */

static const char *const texts[] = {FIGURES "?format=csv", FIGURES "?format=csv-excel",
	FIGURES "?format=json", FIGURES "?format=json-stat", FIGURES "?format=ddi",
	RELEASE "/manifest", RELEASE "/questions", RELEASE "/notes"};

static void write_hash(struct str bytes, char hex[65])
{
	struct hash32 hash = hash_plain(bytes);

	hex_write(hex, hash.b, sizeof(hash.b));
}

static void assert_published(const char *hash)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM barometre.release_file WHERE edition = 'e2023' AND version = 1 AND hash = '%s'",
		hash);

	assert_int_equal(number(world.owner, query), 1);
}

/* ---- which form ---- */

static void a_text_comes_compressed_and_says_what_was_published(void **state)
{
	(void)state;
	for (int times = 0; times < 2; times++) /* the second from memory */
		for (size_t i = 0; i < COUNT_OF(texts); i++) {
			REPLY r = ask("GET", texts[i], KEY GZIP, "");
			REPLY head = ask("HEAD", texts[i], KEY GZIP, "");
			REPLY plain = ask("GET", texts[i], KEY, "");
			SCOPED(free_char)
			char *tag = between(r.head, "ETag: \"", "-gz\"");
			SCOPED(free_char)
			char *same = x_printf("ETag: \"%s\"\r\n", tag);
			SCOPED(free_char)
			char *length = x_printf("Content-Length: %zu\r\n", r.body_size);
			SCOPED(buf_release)
			struct buf read = gunzip((struct str){r.body, r.body_size});
			char hash[65];

			assert_int_equal(r.status, 200);
			assert_non_null(strstr(r.head, "Content-Encoding: gzip\r\n"));
			assert_non_null(strstr(r.head, VARY));
			assert_non_null(strstr(r.head, length));
			assert_string_equal(head.head, r.head);
			assert_int_equal(head.body_size, 0);
			assert_null(strstr(plain.head, "Content-Encoding"));
			assert_non_null(strstr(plain.head, VARY));
			assert_non_null(strstr(plain.head, same));
			assert_true(str_eq(buf_str(&read),
				(struct str){plain.body, plain.body_size}));
			if (i < 6) { /* a whole file: the hash of the manifest */
				write_hash(buf_str(&read), hash);
				assert_string_equal(hash, tag);
				assert_published(hash);
			}
		}
}

static void what_is_compressed_already_comes_as_it_is(void **state)
{
	static const char *const targets[] = {
		FIGURES "?format=xlsx", FIGURES "?format=datapackage"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		REPLY r = ask("GET", targets[i], KEY GZIP, "");
		SCOPED(free_char) char *tag = between(r.head, "ETag: \"", "\"");
		char hash[65];

		write_hash((struct str){r.body, r.body_size}, hash);
		assert_string_equal(hash, tag);
		assert_null(strstr(r.head, "Content-Encoding"));
		assert_non_null(strstr(r.head, VARY));
	}
}

static void accept_encoding_chooses(void **state)
{
	static const struct {
		const char *header;
		bool gzip;
	} table[] = {
		{"", false},
		{"Accept-Encoding:\r\n", false},
		{"Accept-Encoding: identity\r\n", false},
		{"Accept-Encoding: br, zstd\r\n", false},
		{"Accept-Encoding: gzip;q=0, *\r\n", false},
		{"Accept-Encoding: identity;q=0\r\n", false},
		{"Accept-Encoding: gzip, deflate, br, zstd\r\n", true},
		{"Accept-Encoding: GZIP;q=0.001\r\n", true},
		{"Accept-Encoding: *\r\n", true},
		{"Accept-Encoding: identity;q=0, gzip\r\n", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED(free_char) char *headers = x_printf(KEY "%s", table[i].header);
		REPLY r = ask("GET", FIGURES, headers, "");

		assert_int_equal(r.status, 200);
		if ((strstr(r.head, "Content-Encoding: gzip\r\n") != NULL) !=
			table[i].gzip)
			fail_msg("%s: %s", table[i].header, r.head);
	}
}

/* Each form has its own tag; and what a client has already is not loaded for it. */
static void each_form_has_its_tag(void **state)
{
	static const char *const codings[] = {"", GZIP};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		for (size_t has = 0; has < 2; has++)
			for (size_t wants = 0; wants < 2; wants++) {
				struct staff_site *fresh = new_site(false);
				SCOPED(free_char)
				char *first = x_printf(KEY "%s", codings[has]);
				REPLY r = ask("GET", texts[i], first, "");
				SCOPED(free_char)
				char *tag = between(r.head, "ETag: ", "\r\n");
				SCOPED(free_char)
				char *then = x_printf(KEY
					"%sIf-None-Match: \"x\", W/%s\r\n",
					codings[wants], tag);
				REPLY again = ask_site(fresh, "GET", texts[i], then, "");
				SCOPED(free_char) char *hash = x_strndup(tag + 1, 64);

				assert_int_equal(again.status, has == wants ? 304 : 200);
				assert_non_null(strstr(again.head, VARY));
				assert_int_equal(
					has == wants, strstr(again.head, tag) != NULL);
				if (has == wants) {
					assert_int_equal(again.body_size, 0);
					assert_null(api_body_find(fresh->api, hash, "",
						CODING_NONE, now()));
				}
				staff_site_free(fresh);
			}
}

/* ---- requests at once: nothing of them happens by itself, but by the loop ---- */

struct call {
	struct http_parser *parser;
	struct exchange *exchange;
	struct buf reply;
	bool replied;
};

static void call_put(void *owner, struct reply_part *part)
{
	struct call *call = owner;

	buf_add(&call->reply, buf_str(&part->head));
	buf_add(&call->reply, buf_str(&part->body));
	if (part->fixed.n > 0)
		buf_add(&call->reply, part->fixed);
	call->replied = part->last;
	reply_part_release(part);
	loop_stop(loop);
}

static void call_start(struct call *call, struct staff_site *whose, const char *target)
{
	SCOPED(free_char)
	char *request = x_printf(
		"GET %s HTTP/1.1\r\nHost: a\r\n" KEY GZIP "\r\n", target);
	size_t used;

	*call = (struct call){.parser = http_parser_new(&http_default_limits),
		.reply = BUF_LIMIT(2 * LARGE)};
	assert_int_equal(
		http_parser_feed(call->parser, str_of(request), &used), HTTP_COMPLETE);
	call->exchange = exchange_new(http_parser_message(call->parser), call_put, call);
	staff_site_handle(whose, call->exchange);
}

static void call_end(struct call *call)
{
	if (call->replied)
		exchange_free(call->exchange);
	else
		exchange_gone(call->exchange);
	http_parser_free(call->parser);
	buf_release(&call->reply);
}

static struct str body_of(const struct call *call)
{
	const char *blank = strstr(call->reply.p, "\r\n\r\n");

	assert_non_null(blank);
	blank += 4;
	return (struct str){blank, call->reply.n - (size_t)(blank - call->reply.p)};
}

static bool is_compressed(const struct call *call)
{
	return strstr(call->reply.p, "Content-Encoding: gzip\r\n") != NULL;
}

/* A release that only the memory of the site knows, with files in memory: nothing has to be asked. */
static void remember_release(struct staff_site *whose, int64_t version)
{
	struct api_release release = {.edition = "e2023",
		.asked = version,
		.version = version,
		.edition_state = "released",
		.state = "published",
		.parameters = x_strdup("{}"),
		.reason = x_strdup("Essai"),
		.withdrawn_why = x_strdup("")};

	for (size_t i = 0; i < 5; i++) {
		struct buf bytes = BUF_LIMIT(1000);
		struct shared_bytes *shared;
		struct api_file *file = &release.files[release.file_count++];

		buf_printf(&bytes, "%lld %zu\r\n", (long long)version, i);
		*file = (struct api_file){.name = "x.csv",
			.media_type = "text/csv",
			.size = (int64_t)bytes.n};
		(void)snprintf(file->format, sizeof(file->format), "f%zu", i);
		write_hash(buf_str(&bytes), file->hash);
		shared = shared_bytes_new(&bytes);
		api_body_put(whose->api, file->hash, "", CODING_NONE, shared, now());
		shared_bytes_drop(shared);
	}
	(void)api_release_put(whose->api, &release, now());
}

static void start_figures(
	struct call *call, struct staff_site *whose, int version, int format)
{
	SCOPED(free_char)
	char *target = x_printf(
		"/api/v1/editions/e2023/releases/%d/figures?format=f%d", version, format);

	call_start(call, whose, target);
}

static struct staff_site *site_that_knows(int releases)
{
	struct staff_site *fresh = new_site(false);
	REPLY r = ask_site(
		fresh, "GET", RELEASE, KEY, ""); /* the key is known from now on */

	assert_int_equal(r.status, 200);
	for (int i = 0; i < releases; i++)
		remember_release(fresh, 100 + i);
	return fresh;
}

static void who_asks_at_once_waits_for_one_and_may_leave(void **state)
{
	struct staff_site *fresh = site_that_knows(1);
	struct call calls[4];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		start_figures(&calls[i], fresh, 100, 0);
		assert_false(calls[i].replied);
	}
	call_end(&calls[1]); /* out of the middle, and the one that came last */
	call_end(&calls[3]);
	while (!calls[0].replied || !calls[2].replied)
		loop_run(loop);
	for (size_t i = 0; i < COUNT_OF(calls); i += 2) {
		struct buf read = gunzip(body_of(&calls[i]));

		assert_true(is_compressed(&calls[i]));
		assert_string_equal(read.p, "100 0\r\n");
		buf_release(&read);
	}
	call_end(&calls[0]);
	call_end(&calls[2]);
	assert_null(fresh->codings);
	staff_site_free(fresh);
}

/* Sixteen texts wait at most: the next comes as it is, at once. */
static void when_many_wait_a_text_comes_as_it_is(void **state)
{
	struct staff_site *fresh = site_that_knows(4);
	struct call calls[20];

	(void)state;
	for (int i = 0; i < 20; i++) {
		start_figures(&calls[i], fresh, 100 + i / 5, i % 5);
		assert_int_equal(calls[i].replied, i >= 16);
	}
	for (size_t i = 0; i < 16; i++)
		while (!calls[i].replied)
			loop_run(loop);
	for (int i = 0; i < 20; i++) {
		SCOPED(free_char) char *text = x_printf("%d %d\r\n", 100 + i / 5, i % 5);
		char hash[65];

		write_hash(str_of(text), hash);
		assert_int_equal(is_compressed(&calls[i]), i < 16);
		assert_int_equal(strstr(calls[i].reply.p, "-gz\"\r\n") != NULL, i < 16);
		assert_non_null(strstr(calls[i].reply.p, hash));
		if (i >= 16)
			assert_true(str_eq_z(body_of(&calls[i]), text));
		call_end(&calls[i]);
	}
	staff_site_free(fresh);
}

/* While it is compressed the release is withdrawn: who waits reads that, and nothing of it stays in memory. */
static void what_is_withdrawn_while_one_waits_is_not_served(void **state)
{
	struct staff_site *fresh = site_that_knows(1);
	struct call call;
	struct api_release gone = {.edition = "e2023",
		.asked = 100,
		.version = 100,
		.edition_state = "released",
		.state = "withdrawn",
		.withdrawn_on = "2026-02-03",
		.parameters = x_strdup("{}"),
		.reason = x_strdup("Essai"),
		.withdrawn_why = x_strdup("Une base était fausse."),
		.file_count = 1};

	(void)state;
	write_hash(STR("100 0\r\n"), gone.files[0].hash);
	start_figures(&call, fresh, 100, 0);
	(void)api_release_put(fresh->api, &gone, now());
	while (!call.replied)
		loop_run(loop);
	assert_non_null(strstr(call.reply.p, "HTTP/1.1 410 "));
	assert_null(strstr(call.reply.p, "ETag"));
	assert_null(
		api_body_find(fresh->api, gone.files[0].hash, "", CODING_GZIP, now()));
	call_end(&call);
	staff_site_free(fresh);
}

static void a_site_may_go_while_a_thread_compresses(void **state)
{
	struct staff_site *fresh = site_that_knows(1);
	struct call running, waiting;

	(void)state;
	start_figures(&running, fresh, 100, 0);
	start_figures(&waiting, fresh, 100, 1);
	staff_site_free(fresh);
	call_end(&running);
	call_end(&waiting);
	/* What the thread leaves is freed by the loop: the sanitizer of memory looks. */
	assert_int_equal(status_of("GET", FIGURES "?format=json", KEY GZIP, ""), 200);
}

/* ---- memory ---- */

static struct shared_bytes *bytes_of(size_t size)
{
	struct buf bytes = BUF_LIMIT(size);
	SCOPED(free_char) char *zeros = x_calloc(size, 1);

	buf_bytes(&bytes, zeros, size);
	return shared_bytes_new(&bytes);
}

static void put(struct api_memory *memory, const char *hash, const char *member,
	enum coding coding, size_t size, usec_t at)
{
	struct shared_bytes *bytes = bytes_of(size);

	api_body_put(memory, hash, member, coding, bytes, at);
	shared_bytes_drop(bytes);
}

static void compressed_copies_count(void **state)
{
	struct api_memory *memory = api_memory_new();

	(void)state;
	put(memory, "a", "", CODING_NONE, (size_t)40 << 20, 1);
	put(memory, "a", "", CODING_GZIP, (size_t)20 << 20, 2);
	assert_non_null(api_body_find(memory, "a", "", CODING_NONE, 3));
	assert_non_null(api_body_find(memory, "a", "", CODING_GZIP, 4));
	assert_ptr_not_equal(api_body_find(memory, "a", "", CODING_NONE, 5),
		api_body_find(memory, "a", "", CODING_GZIP, 6));
	/* 60 MiB are there, of 64. */
	put(memory, "b", "", CODING_GZIP, (size_t)5 << 20, 7);
	assert_null(api_body_find(memory, "a", "", CODING_NONE, 8));
	assert_non_null(api_body_find(memory, "a", "", CODING_GZIP, 9));
	assert_non_null(api_body_find(memory, "b", "", CODING_GZIP, 10));
	assert_null(api_body_find(memory, "b", "", CODING_NONE, 11));
	api_memory_free(memory);
}

static void all_forms_of_a_withdrawn_release_go(void **state)
{
	struct api_memory *memory = api_memory_new();
	struct api_release release = {.edition = "e2023",
		.version = 1,
		.state = "published",
		.files = {{.format = "json", .hash = "a"}},
		.file_count = 1};

	(void)state;
	put(memory, "a", "", CODING_NONE, 100, 1);
	put(memory, "a", "", CODING_GZIP, 40000, 1);
	put(memory, "a", "notes", CODING_NONE, 40000, 1);
	put(memory, "a", "notes", CODING_GZIP, 100, 1);
	put(memory, "b", "", CODING_GZIP, 100, 1);
	(void)api_release_put(memory, &release, 2);
	assert_non_null(api_body_find(memory, "a", "notes", CODING_GZIP, 3));
	(void)snprintf(release.state, sizeof(release.state), "withdrawn");
	(void)api_release_put(memory, &release, 4);
	assert_null(api_body_find(memory, "a", "", CODING_NONE, 5));
	assert_null(api_body_find(memory, "a", "", CODING_GZIP, 5));
	assert_null(api_body_find(memory, "a", "notes", CODING_NONE, 5));
	assert_null(api_body_find(memory, "a", "notes", CODING_GZIP, 5));
	assert_non_null(api_body_find(memory, "b", "", CODING_GZIP, 5));
	api_memory_free(memory);
}

/* ---- a slow reader ---- */

/* Figures without a pattern, so that they stay large. Replaces the csv of the release. */
static struct buf publish_large(void)
{
	struct buf text = BUF_LIMIT(LARGE);
	struct db_params params = {0};
	uint32_t x = 1;
	char hash[65];

	for (size_t i = 0; i < LARGE; i++) {
		x = x * 1664525u + 1013904223u;
		buf_addc(&text, "0123456789abcdef"[x >> 28]);
	}
	write_hash(buf_str(&text), hash);
	db_bytes(&params, text.p, text.n);
	db_text_z(&params, hash);
	ok(db_run(world.owner,
		&(struct sql){"test",
			"UPDATE barometre.release_file SET bytes = $1::bytea, hash = $2::text WHERE edition = 'e2023' AND format = 'csv'"},
		&params, NULL, err));
	ahead += LATER;
	return text;
}

static int dial(int listening)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), little = 4096;

	assert_true(fd >= 0);
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(
		connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

/* Appends up to `n` bytes, the server's loop running while there are none. */
static void hear(int fd, struct buf *heard, size_t n)
{
	struct timer *timer = timer_new(loop, stop, loop);
	char piece[16384];

	while (n > 0) {
		ssize_t got = recv(
			fd, piece, n < sizeof(piece) ? n : sizeof(piece), MSG_DONTWAIT);

		if (got > 0) {
			buf_bytes(heard, piece, (size_t)got);
			n -= (size_t)got;
			continue;
		}
		assert_true(got < 0);
		timer_start(timer, 1000, false);
		loop_run(loop);
	}
	timer_free(timer);
}

static void say_request(int fd, const char *headers)
{
	SCOPED(free_char)
	char *request = x_printf("GET " FIGURES "?format=csv HTTP/1.1\r\nHost: a\r\n" KEY
				 "%s\r\n",
		headers);

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
		(ssize_t)strlen(request));
}

static void hear_rest(int fd, struct buf *heard)
{
	const char *length = strstr(heard->p, "Content-Length: ") + 16;
	size_t head = (size_t)(strstr(heard->p, "\r\n\r\n") + 4 - heard->p);
	uint64_t size = 0;

	assert_true(str_parse_u64(
		(struct str){length, (size_t)(strchr(length, '\r') - length)}, &size));
	hear(fd, heard, head + size - heard->n);
}

static void who_reads_slowly_reads_to_the_end_of_what_was_withdrawn(void **state)
{
	struct err problem = {0};
	int listening = server_listen("127.0.0.1:0", &problem);
	struct staff_site *fresh = new_site(false);
	struct server *server = server_new(loop, listening, 10, staff_site_handle, fresh);
	struct buf text = publish_large();
	static const char *const codings[] = {"", GZIP};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codings); i++) {
		struct buf heard = BUF_LIMIT(2 * LARGE), body = BUF_LIMIT(2 * LARGE);
		int fd = dial(listening);
		const char *from;
		char hash[65];

		say_request(fd, codings[i]);
		hear(fd, &heard, 2000);
		run(world.owner,
			"UPDATE barometre.release SET state = 'withdrawn', withdrawn_on = '2026-02-03', withdrawn_by = 'ada',"
			" withdrawn_why = 'Essai' WHERE edition = 'e2023' AND version = 1");
		ahead += LATER;
		{
			REPLY r = ask_site(fresh, "GET", FIGURES, KEY, "");

			assert_int_equal(r.status, 410);
		}
		write_hash(buf_str(&text), hash);
		assert_null(api_body_find(fresh->api, hash, "", CODING_NONE, now()));
		assert_null(api_body_find(fresh->api, hash, "", CODING_GZIP, now()));
		hear_rest(fd, &heard);
		from = strstr(heard.p, "\r\n\r\n") + 4;
		buf_bytes(&body, from, heard.n - (size_t)(from - heard.p));
		if (i == 1) {
			struct buf read = gunzip(buf_str(&body));

			assert_non_null(strstr(heard.p, "Content-Encoding: gzip\r\n"));
			buf_release(&body);
			body = read;
		}
		assert_int_equal(body.n, text.n);
		assert_memory_equal(body.p, text.p, text.n);
		buf_release(&body);
		buf_release(&heard);
		(void)close(fd);
		run(world.owner,
			"UPDATE barometre.release SET state = 'published', withdrawn_on = NULL, withdrawn_by = NULL,"
			" withdrawn_why = NULL WHERE edition = 'e2023' AND version = 1");
		ahead += LATER;
	}
	buf_release(&text);
	server_free(server);
	(void)close(listening);
	staff_site_free(fresh);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(a_text_comes_compressed_and_says_what_was_published),
		cmocka_unit_test(what_is_compressed_already_comes_as_it_is),
		cmocka_unit_test(accept_encoding_chooses),
		cmocka_unit_test(each_form_has_its_tag),
		cmocka_unit_test(who_asks_at_once_waits_for_one_and_may_leave),
		cmocka_unit_test(when_many_wait_a_text_comes_as_it_is),
		cmocka_unit_test(what_is_withdrawn_while_one_waits_is_not_served),
		cmocka_unit_test(a_site_may_go_while_a_thread_compresses),
		cmocka_unit_test(compressed_copies_count),
		cmocka_unit_test(all_forms_of_a_withdrawn_release_go),
		cmocka_unit_test(who_reads_slowly_reads_to_the_end_of_what_was_withdrawn),
	};

	return cmocka_run_group_tests(all, begin, end);
}
