/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_world.h - the staff site on a database of its own, and how to ask it. Three editions: e2026 is open, e2025 closed,
 * e2023 counted and released. Three accounts: ada (admin), ana (analyst), cod (coder).
 */
#ifndef TESTS_WEB_STAFF_WORLD_H
#define TESTS_WEB_STAFF_WORLD_H

#include "../store/support.h"
#include "barometre/base/template.h"
#include "barometre/privacy/custody.h"
#include "barometre/report/export.h"
#include "barometre/store/edition_store.h"
#include "barometre/store/staff_store.h"
#include "barometre/web/site.h"
#include "barometre/web/sites.h"

extern const struct asset_set assets_pages;

#define PASSWORD "correct cheval pile agrafe"
#define LINES 2345 /* of the release: more than two pages of the stream */

static struct loop *loop;
static struct db_pool *pool;
static struct staff_site *site;
static usec_t ahead;

static usec_t now(void)
{
	return clock_now() + ahead;
}

/* ---- the world ---- */

UNUSED_OK static json_t *day(int from_now)
{
	struct civil c = clock_civil(
		clock_now() + from_now * USEC_PER_DAY, "Europe/Paris");

	return json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day);
}

UNUSED_OK static void add_edition(const char *code, const char *title, bool open)
{
	struct public_key trustee, count;
	struct secret_key unused;
	json_t *definition = json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:{s:i, s:i}, s:b, s:s, s:[{s:s, s:s, s:b}, {s:s, s:s, s:b}],"
		" s:{s:{s:[i,i,i,i,i,i,i], s:s, s:s}, s:[{s:s, s:o, s:o}, {s:s, s:o}]}}",
		"code", code, "title", title, "zone", "Europe/Paris", "opens",
		day(open ? -3 : -40), "closes", day(40), "thresholds", "minBase", 11,
		"minCell", 5, "countPartials", 1, "keys", "server", "audiences",
		"audience", "associations", "form", SOURCE_DIR "/forms/associations.json",
		"openLink", 1, "audience", "patients", "form",
		SOURCE_DIR "/forms/patients.json", "openLink", 1, "mail", "window",
		"days", 1, 2, 3, 4, 5, 6, 7, "from", "09:00", "to", "18:00", "plan",
		"kind", "invitation", "on", day(-2), "notAfter", day(5), "kind",
		"relance1", "on", day(7));

	assert_non_null(definition);
	box_new_pair(&trustee, &unused);
	box_new_pair(&count, &unused);
	ok(edition_create(world.owner, definition, "essai.json", &trustee, err));
	ok(edition_open(world.owner, code, &count, err));
	json_decref(definition);
}

/* 13 contacts of e2026, 1,234 answers by open link; the ledger of its invitation has every state. */
UNUSED_OK static void add_people(void)
{
	make_contacts("e2026", "associations", 0, 9);
	make_contacts("e2026", "patients", 100, 4);
	run(world.owner,
		"WITH m AS (SELECT id FROM barometre.mailing WHERE edition = 'e2026' AND kind = 'invitation'),"
		" c AS (SELECT id, row_number() OVER (ORDER BY audience, id) AS n FROM barometre.contact WHERE edition = 'e2026')"
		" INSERT INTO barometre.delivery (mailing, contact, edition, kind, state, reason, code, queue_id, done_at)"
		" SELECT m.id, c.id, 'e2026', 'invitation', CASE WHEN n <= 6 THEN 'sent' WHEN n = 7 THEN 'refused' WHEN n = 8 THEN 'skipped'"
		" WHEN n = 9 THEN 'unknown' ELSE 'planned' END, CASE WHEN n = 8 THEN 'objected' END,"
		" CASE WHEN n <= 6 THEN 250 WHEN n = 7 THEN 550 END, CASE WHEN n <= 6 THEN '2.0.0 queued <as> A1B2' END,"
		" CASE WHEN n <= 7 THEN now() END FROM m, c;"
		"UPDATE barometre.invitation SET done = true WHERE (edition, contact) IN"
		" (SELECT edition, contact FROM barometre.delivery WHERE state = 'sent' ORDER BY contact LIMIT 2);"
		"INSERT INTO barometre.participation_day VALUES"
		" ('e2026', 'associations', '', (now() AT TIME ZONE 'UTC')::date - 1, 0, 2),"
		" ('e2026', 'patients', '-', (now() AT TIME ZONE 'UTC')::date, 0, 1200),"
		" ('e2026', 'patients', 'affiche', (now() AT TIME ZONE 'UTC')::date, 1, 34)");
}

UNUSED_OK static struct figure line_of(int i)
{
	struct figure f = {.audience = i < 40 ? "associations" : "patients",
		.question = "localite",
		.type = "locality",
		.segment = "",
		.segment_value = "",
		.option = "31555",
		.label = "Toulouse, \"la rose\"",
		.base = 412,
		.mentions = 412,
		.count = i % 400,
		.percent = i % 100,
		.status = ""};

	if (i == 0) {
		f.question = "participation";
		f.type = "total";
		f.option = "respondents";
		f.label = "Réponses";
		f.percent = -1;
	} else if (i == 1) {
		f.question = "territoire_action";
		f.base = f.mentions = f.count = f.percent = -1;
		f.status = "base_under_threshold";
	} else if (i == 2) {
		f.question = "age";
		f.option = "mean";
		f.label = "Moyenne";
		f.count = f.percent = -1;
		f.has_value = true;
		f.value = 61.5;
	}
	return f;
}

#define BYTES(literal)         \
 {                             \
  literal, sizeof(literal) - 1 \
 }

/* Stands for the files of a release, small ones. JSON has what the interface for programs takes out of it. */
UNUSED_OK static void add_files(const char *edition, int64_t version)
{
	static const struct release_file files[] = {
		{"csv", "barometre-e2023-v1.csv",
			"text/csv; charset=utf-8; header=present",
			BYTES("edition,question\r\ne2023,age\r\n")},
		{"csv-excel", "barometre-e2023-v1-excel.csv",
			"text/csv; charset=utf-8; header=present",
			BYTES("edition;question\r\n")},
		{"xlsx", "barometre-e2023-v1.xlsx",
			"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			BYTES("PK-xlsx")},
		{"json", "barometre-e2023-v1.json", "application/json",
			BYTES("{\"codebook\":[{\"question\":\"age\"}],\"notes\":[{\"code\":\"gathered\"}]}")},
		{"json-stat", "barometre-e2023-v1-json-stat.json", "application/json",
			BYTES("{\"version\":\"2.0\"}")},
		{"ddi", "barometre-e2023-v1-ddi.xml", "application/xml",
			BYTES("<codeBook/>")},
		{"datapackage", "barometre-e2023-v1-datapackage.zip", "application/zip",
			BYTES("PK-zip")},
		{"manifest", "barometre-e2023-v1-manifest.json", "application/json",
			BYTES("{\"edition\":\"e2023\"}")},
	};

	for (size_t i = 0; i < COUNT_OF(files); i++)
		ok(release_add_file(world.owner, edition, version, &files[i], err));
}

UNUSED_OK static void add_release(void)
{
	struct figure *figures = x_calloc(LINES, sizeof(*figures));
	int64_t version;

	for (int i = 0; i < LINES; i++)
		figures[i] = line_of(i);
	ok(db_begin(world.owner, err));
	ok(release_add(world.owner,
		&(struct release_draft){.edition = "e2023",
			.thresholds = {.min_base = 11, .min_cell = 5, .coalition = 1},
			.kind = "count",
			.reason = "Première diffusion",
			.figures = figures,
			.figure_count = LINES},
		&version, err));
	ok(db_commit(world.owner, err));
	free(figures);
	run(world.owner,
		"UPDATE barometre.release SET state = 'published', published_on = '2023-04-01', published_by = 'ada';"
		"INSERT INTO barometre.count_record (edition, settled, hash, record) VALUES ('e2023', true, repeat('5c', 32), '{\"edition\":\"e2023\",\"title\":\"Baromètre 2023\","
		"\"day\":\"2026-01-02\",\"keys\":\"custodians\",\"counting_key\":\"abcd\",\"partials_counted\":true,"
		"\"thresholds\":{\"minBase\":11,\"minCell\":5},\"audiences\":[{\"audience\":\"patients\","
		"\"label\":\"Patients\",\"form\":\"ef01\",\"boxes\":1412,\"complete\":1411,\"partial\":3,\"invalid\":1,"
		"\"drafts_dropped\":2,\"generalised\":[{\"question\":\"age\",\"label\":\"Âge\",\"kept\":\"20\"}]}],"
		"\"dispositions\":[{\"audience\":\"patients\",\"contacts\":2000,\"complete\":1200,\"refusal\":31,"
		"\"undelivered\":42,\"not_sent\":0,\"silent\":727,\"open\":211}],\"shared_files\":[\"urn\",\"draft\"],"
		"\"custodian\":\"Jeanne Martin\",\"keys_destroyed\":true,\"checkpoint\":false}');"
		"UPDATE barometre.edition SET state = 'released', opens = '2023-01-01', closes = '2023-03-01'"
		" WHERE code = 'e2023'");
	add_files("e2023", version);
}

UNUSED_OK static struct id16 add_key(const char *login, const char *scopes,
	const char *edition, const struct hash32 *hash)
{
	struct api_key_request request = {.id = random_uuid(),
		.login = login,
		.label = "Essai",
		.scopes = scopes,
		.edition = edition,
		.days = 30,
		.by = "owner"};

	ok(api_key_add(world.owner, &request, hash, err));
	return request.id;
}

UNUSED_OK static void add_accounts(void)
{
	char hash[128];
	struct hash32 key = hash_plain(STR("cle-ana"));

	assert_true(password_hash(hash, STR(PASSWORD)));
	ok(account_create(world.owner, "ada", "admin", hash, err));
	ok(account_create(world.owner, "ana", "analyst", hash, err));
	ok(account_create(world.owner, "cod", "coder", hash, err));
	add_key("ana", API_SCOPE_FIGURES, NULL, &key);
}

/* What the site last handed over for a count; not while the keeper takes nothing. */
static struct {
	char edition[33], file[CUSTODY_FILE_MAX + 1], phrase[100];
	int times;
	bool refusing;
} handed;

UNUSED_OK static void copy_text(char *out, size_t size, struct str text)
{
	assert_true(text.n < size);
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

UNUSED_OK static bool note_handed(
	void *arg, struct str edition, struct str file, struct str phrase)
{
	(void)arg;
	if (handed.refusing)
		return false;
	copy_text(handed.edition, sizeof(handed.edition), edition);
	copy_text(handed.file, sizeof(handed.file), file);
	copy_text(handed.phrase, sizeof(handed.phrase), phrase);
	handed.times++;
	return true;
}

/* What addresses are sealed to, and what opens them; the site has the public half alone. */
static struct public_key sealed_to;
static struct secret_key opened_with;

static struct editions known_editions; /* that the process of the site has read */

UNUSED_OK static struct staff_site *new_site(bool secure)
{
	struct staff_site_options options = {
		.staff_url = secure ? "https://equipe.example" : "http://equipe.example",
		.organisation = "Organisme",
		.secure_cookies = secure,
		.now = now,
		.hand_over = note_handed,
		.address_public = &sealed_to,
		.sender = {"https://enquete.example", "Baromètre, l’équipe",
			"barometre@organisme.example", "reponse@organisme.example",
			"Organisme", "aide@organisme.example"},
		.editions = &known_editions};

	return staff_site_new(loop, pool, &options);
}

UNUSED_OK static int begin(void **state)
{
	static bool loaded;

	(void)world_begin(state);
	if (!loaded)
		ok(template_load(&assets_pages, err));
	loaded = true;
	add_edition("e2023", "Baromètre 2023", false);
	add_edition("e2025", "Baromètre 2025", false);
	add_edition("e2026", "Baromètre <2026>", true);
	run(world.owner,
		"UPDATE barometre.edition SET state = 'closed' WHERE code = 'e2025'");
	add_people();
	add_release();
	add_accounts();
	box_new_pair(&sealed_to, &opened_with);
	ok(editions_load(world.owner, &known_editions, err));
	loop = loop_new();
	pool = db_pool_new(loop, world.conninfo, "barometre_staff", 2);
	site = new_site(false);
	return 0;
}

UNUSED_OK static int end(void **state)
{
	staff_site_free(site);
	db_pool_free(pool);
	loop_free(loop);
	editions_release(&known_editions);
	return world_end(state);
}

/* ---- asking ---- */

struct reply {
	int status;
	char *head, *body;
	size_t body_size;
};

UNUSED_OK static void reply_release(struct reply *r)
{
	free(r->head);
	free(r->body);
}

UNUSED_OK static int hex_digit(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* The body of a chunked reply (RFC 9112 section 7.1); the server's tests look at the framing itself. */
UNUSED_OK static struct buf unchunk(struct str in)
{
	struct buf out = BUF_LIMIT(1 << 26);
	size_t size = 1;

	while (size > 0 && in.n > 0) {
		for (size = 0; in.n > 0 && *in.p != '\r'; in.p++, in.n--)
			size = size * 16 + (size_t)hex_digit(*in.p);
		assert_true(in.n >= size + 4);
		buf_bytes(&out, in.p + 2, size);
		in = (struct str){in.p + size + 4, in.n - size - 4};
	}
	assert_int_equal(size, 0);
	return out;
}

UNUSED_OK static struct reply ask_site(struct staff_site *whose, const char *method,
	const char *target, const char *headers, const char *body)
{
	SCOPED(free_char)
	char *request = x_printf("%s %s HTTP/1.1\r\nHost: equipe.example\r\n%s"
				 "Content-Type: application/x-www-form-urlencoded\r\n"
				 "Content-Length: %zu\r\n\r\n%s",
		method, target, headers, strlen(body), body);
	struct exchange_probe probe = {0};
	struct reply r = {0};
	const char *blank;

	exchange_probe_run(loop, str_of(request), staff_site_handle, whose, &probe);
	assert_true(probe.replied);
	blank = strstr(probe.reply.p, "\r\n\r\n");
	assert_non_null(blank);
	r.status = (probe.reply.p[9] - '0') * 100 + (probe.reply.p[10] - '0') * 10 +
		(probe.reply.p[11] - '0');
	r.head = x_strndup(probe.reply.p, (size_t)(blank + 2 - probe.reply.p));
	r.body_size = probe.reply.n - (size_t)(blank + 4 - probe.reply.p);
	r.body = x_calloc(r.body_size + 1, 1); /* of a file of releases, NULs too */
	memcpy(r.body, blank + 4, r.body_size);
	if (strstr(r.head, "Transfer-Encoding: chunked") && r.body_size > 0) {
		struct buf whole = unchunk((struct str){blank + 4, r.body_size});

		free(r.body);
		r.body_size = whole.n;
		r.body = buf_take(&whole);
	}
	buf_release(&probe.reply);
	return r;
}

UNUSED_OK static struct reply ask(
	const char *method, const char *target, const char *headers, const char *body)
{
	return ask_site(site, method, target, headers, body);
}

#define REPLY SCOPED(reply_release) struct reply

/* What stands between `before` and `after` in `text`; to be freed. */
UNUSED_OK static char *between(const char *text, const char *before, const char *after)
{
	const char *from = strstr(text, before), *to;

	assert_non_null(from);
	from += strlen(before);
	to = strstr(from, after);
	assert_non_null(to);
	return x_strndup(from, (size_t)(to - from));
}

UNUSED_OK static struct reply log_in_as(const char *login, const char *password)
{
	SCOPED(free_char) char *body = x_printf("login=%s&password=%s", login, password);

	for (char *p = body; *p; p++)
		if (*p == ' ')
			*p = '+';
	return ask("POST", "/login", "", body);
}

/* The Cookie header of a new session; to be freed. */
UNUSED_OK static char *session_of(const char *login)
{
	REPLY r = log_in_as(login, PASSWORD);
	SCOPED(free_char) char *value = NULL;

	assert_int_equal(r.status, 303);
	value = between(r.head, "barometre-staff=", ";");
	return x_printf("Cookie: barometre-staff=%s\r\n", value);
}

UNUSED_OK static char *token_of(const char *cookie)
{
	REPLY r = ask("GET", "/", cookie, "");

	return between(r.body, "name=\"csrf\" value=\"", "\"");
}

#define SESSION SCOPED(free_char) char *

UNUSED_OK static int status_of(
	const char *method, const char *target, const char *headers, const char *body)
{
	REPLY r = ask(method, target, headers, body);

	return r.status;
}

UNUSED_OK static void assert_has(const struct reply *r, const char *text)
{
	if (!strstr(r->body, text))
		fail_msg("no \"%s\" in:\n%s", text, r->body);
}

#endif
