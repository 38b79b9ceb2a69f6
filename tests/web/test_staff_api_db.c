/* SPDX-License-Identifier: Apache-2.0 */
/* The interface for programs: keys, what they open, which representation, what is kept in memory and for how long. */
#include "../../src/web/staff_api.h"
#include "staff_world.h"

#define KEY "Authorization: Bearer cle-ana\r\n"
#define RELEASE "/api/v1/editions/e2023/releases/1"
#define FIGURES RELEASE "/figures"
#define LATER (API_LEASE + USEC_PER_SEC)

static const char *const below[] = {"", "/figures", "/questions", "/notes", "/manifest"};

/* Asks as a key of its own, so that no memory of another test is in the way. */
static char *new_key(
	const char *login, const char *scopes, const char *edition, struct id16 *ret_id)
{
	char text[API_KEY_CHARS + 1];
	struct hash32 hash;

	api_key_make(text, &hash);
	*ret_id = add_key(login, scopes, edition, &hash);
	return x_printf("Authorization: Bearer %s\r\n", text);
}

static void assert_problem(
	const char *target, const char *headers, int status, const char *name)
{
	REPLY r = ask("GET", target, headers, "");
	json_t *problem = json_loads(r.body, 0, NULL);
	SCOPED(free_char)
	char *type = x_printf("http://equipe.example/api/v1/problems/%s", name);

	if (r.status != status ||
		strcmp(json_string_value(json_object_get(problem, "type")), type) != 0)
		fail_msg("%s: %d %s", target, r.status, r.body);
	assert_non_null(strstr(r.head, "Content-Type: application/problem+json\r\n"));
	assert_int_equal(json_integer_value(json_object_get(problem, "status")), status);
	assert_true(json_string_length(json_object_get(problem, "title")) > 0);
	assert_true(json_string_length(json_object_get(problem, "detail")) > 0);
	assert_int_equal(
		status == 401, strstr(r.head, "WWW-Authenticate: Bearer") != NULL);
	json_decref(problem);
}

/* ---- keys ---- */

static void a_key_is_its_hash_alone(void **state)
{
	struct id16 id;
	SCOPED(free_char)
	char *key = new_key("ana", API_SCOPE_FIGURES, NULL, &id);
	SCOPED(free_char) char *text = between(key, "Bearer ", "\r");
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM barometre.api_key k WHERE strpos(k::text, '%s') > 0",
		text);

	(void)state;
	assert_true(str_starts(str_of(text), STR("bps_")));
	assert_int_equal(strlen(text), API_KEY_CHARS);
	assert_int_equal(status_of("GET", FIGURES, key, ""), 200);
	assert_int_equal(number(world.owner, query), 0);
}

static void of_the_use_of_a_key_only_the_day_is_kept(void **state)
{
	(void)state;
	assert_int_equal(status_of("GET", FIGURES, KEY, ""), 200);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.api_key WHERE last_used_on = (now() AT TIME ZONE 'UTC')::date"),
		1);
}

static void who_has_no_key_that_works_is_told_why(void **state)
{
	SESSION cookie = session_of("ada");
	SCOPED(free_char)
	char *both = x_printf("%sAuthorization: Bearer fausse\r\n", cookie);
	struct id16 id;
	SCOPED(free_char)
	char *expired = new_key("ana", API_SCOPE_FIGURES, NULL, &id);

	(void)state;
	assert_problem(FIGURES, "", 401, "key-missing");
	assert_problem(FIGURES, "Authorization: Basic YWRhOng=\r\n", 401, "key-missing");
	assert_problem(FIGURES, "Authorization: Bearer \r\n", 401, "key-missing");
	assert_problem(FIGURES, "Authorization: Bearer fausse\r\n", 401, "key-unknown");
	assert_problem(FIGURES, "Cookie: barometre-staff=AAAA\r\n", 401, "key-unknown");
	/* A wrong key is not helped by a session. */
	assert_problem(FIGURES, both, 401, "key-unknown");
	assert_int_equal(
		status_of("GET", FIGURES, "Authorization: bearer cle-ana\r\n", ""), 200);
	run(world.owner,
		"UPDATE barometre.api_key SET expires_at = now() - interval '1 s' WHERE last_used_on IS NULL");
	assert_problem(FIGURES, expired, 401, "key-expired");
}

static void a_revoked_key_ends_within_the_lease(void **state)
{
	struct id16 id;
	SCOPED(free_char)
	char *key = new_key("ana", API_SCOPE_FIGURES, NULL, &id);
	struct db_params params = {0};
	char text[37];

	(void)state;
	assert_int_equal(status_of("GET", FIGURES, key, ""), 200);
	uuid_write(text, &id);
	db_text_z(&params, text);
	db_text_z(&params, "ana");
	db_text_z(&params, "ana");
	ok(db_run(world.owner,
		&(struct sql){"test",
			"SELECT barometre.api_key_revoke($1::text, $2::text, $3::text)"},
		&params, NULL, err));
	ahead += LATER;
	assert_problem(FIGURES, key, 401, "key-revoked");
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'api.key.revoke' AND login = 'ana'"),
		1);
}

/* What this version cannot make: a key that is for something else. */
static char *key_for_something_else(void)
{
	struct id16 id;
	char *key = new_key("ana", API_SCOPE_FIGURES, NULL, &id);
	char text[37];
	SCOPED(free_char) char *query = NULL;

	uuid_write(text, &id);
	query = x_printf(
		"UPDATE barometre.api_key SET scopes = '{something:else}' WHERE id = '%s'",
		text);
	run(world.owner,
		"ALTER TABLE barometre.api_key DROP CONSTRAINT api_key_scopes_check");
	run(world.owner, query);
	return key;
}

static void a_key_opens_what_it_is_for(void **state)
{
	struct id16 id;
	SCOPED(free_char) char *nothing = key_for_something_else();
	SCOPED(free_char)
	char *other = new_key("ana", API_SCOPE_FIGURES, "e2025", &id);
	SCOPED(free_char)
	char *this = new_key("ana", API_SCOPE_FIGURES, "e2023", &id);
	REPLY list = ask("GET", "/api/v1/editions", this, "");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(below); i++) {
		SCOPED(free_char) char *target = x_printf(RELEASE "%s", below[i]);
		REPLY r = ask("GET", target, nothing, "");

		assert_problem(target, other, 403, "edition-reserved");
		assert_int_equal(status_of("GET", target, this, ""), 200);
		assert_int_equal(r.status, 403);
		assert_has(&r, "problems/scope");
		assert_non_null(strstr(r.head, "error=\"insufficient_scope\""));
	}
	assert_has(&list, "\"e2023\"");
	assert_null(strstr(list.body, "e2025"));
	assert_problem("/api/v1/editions/e2023", other, 403, "edition-reserved");
}

static void who_codes_gets_no_key_and_who_has_become_a_coder_none_that_works(void **state)
{
	struct api_key_request request = {.id = random_uuid(),
		.login = "cod",
		.label = "x",
		.scopes = API_SCOPE_FIGURES,
		.days = 3,
		.by = "owner"};
	struct hash32 hash = hash_plain(STR("cle-cod"));
	SESSION cookie = session_of("cod");

	(void)state;
	refused(ERR_DENIED, api_key_add(world.owner, &request, &hash, err));
	assert_problem(FIGURES, cookie, 403, "role");
	request.login = "personne";
	refused(ERR_MISSING, api_key_add(world.owner, &request, &hash, err));
	request.login = "ana";
	request.edition = "e1999";
	refused(ERR_MISSING, api_key_add(world.owner, &request, &hash, err));
	request.edition = NULL;
	request.scopes = "figures:write";
	refused(ERR_INVALID, api_key_add(world.owner, &request, &hash, err));
	request.scopes = "verbatims:read";
	refused(ERR_INVALID, api_key_add(world.owner, &request, &hash, err));
	request.scopes = API_SCOPE_FIGURES;
	request.days = API_KEY_DAYS_MAX + 1;
	refused(ERR_INVALID, api_key_add(world.owner, &request, &hash, err));
}

static void a_key_has_its_pace(void **state)
{
	struct staff_site_options options = {.staff_url = "http://equipe.example",
		.organisation = "Organisme",
		.now = now,
		.api_rate = 3};
	struct staff_site *slow = staff_site_new(loop, pool, &options);
	usec_t spent = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		REPLY r = ask_site(slow, "GET", FIGURES, KEY, "");

		assert_int_equal(r.status, 200);
	}
	{
		REPLY r = ask_site(slow, "GET", FIGURES, KEY, "");

		assert_int_equal(r.status, 429);
		assert_has(&r, "problems/too-many");
		assert_non_null(strstr(r.head, "Retry-After: 20\r\n"));
	}
	ahead += 21 * USEC_PER_SEC;
	{
		REPLY r = ask_site(slow, "GET", FIGURES, KEY, "");

		assert_int_equal(r.status, 200);
	}
	staff_site_free(slow);
	assert_int_equal(api_rate_take(&spent, 0, now()), 0);
	assert_int_equal(spent, 0);
}

/* ---- releases ---- */

static const char *format_of(const struct reply *r)
{
	return strstr(r->head, "figures?format=") + strlen("figures?format=");
}

static void what_is_served_is_what_was_published(void **state)
{
	static const char *const formats[] = {
		"csv", "csv-excel", "xlsx", "json", "json-stat", "ddi", "datapackage"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		SCOPED(free_char)
		char *target = x_printf(FIGURES "?format=%s", formats[i]);
		SCOPED(free_char)
		char *query = x_printf(
			"SELECT encode(bytes, 'base64') || ' ' || hash || ' ' || name AS t FROM barometre.release_file"
			" WHERE edition = 'e2023' AND version = 1 AND format = '%s'",
			formats[i]);
		SCOPED(free_char) char *stored = text_of(world.owner, query);

		for (int times = 0; times < 2; times++) { /* the second from memory */
			REPLY r = ask("GET", target, KEY, "");
			REPLY head = ask("HEAD", target, KEY, "");
			SCOPED(free_char) char *hash = between(r.head, "ETag: \"", "\"");
			SCOPED(free_char)
			char *name = between(r.head, "filename=\"", "\"");
			struct hash32 found = hash_plain(
				(struct str){r.body, r.body_size});
			char hex[65];

			hex_write(hex, found.b, sizeof(found.b));
			assert_int_equal(r.status, 200);
			assert_string_equal(hash, hex);
			assert_non_null(strstr(stored, hash));
			assert_non_null(strstr(stored, name));
			assert_int_equal(head.status, 200);
			assert_int_equal(head.body_size, 0);
			assert_non_null(strstr(head.head, hash));
		}
	}
}

static void accept_chooses(void **state)
{
	static const struct {
		const char *accept, *format;
	} table[] = {
		{"", "csv"},
		{"Accept: */*\r\n", "csv"},
		{"Accept: text/csv\r\n", "csv"},
		{"Accept: text/*;q=0.5, application/json\r\n", "json"},
		{"Accept: application/json;q=0.2, application/xml;q=0.9\r\n", "ddi"},
		{"Accept: application/zip, */*;q=0.1\r\n", "datapackage"},
		{"Accept: text/csv;q=0, */*\r\n", "xlsx"},
		{"Accept: text/csv;header=present\r\n", "csv"},
		{"Accept: "
		 "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\r\n",
			"xlsx"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED(free_char)
		char *headers = x_printf(KEY "%s", table[i].accept);
		REPLY r = ask("GET", FIGURES, headers, "");

		if (r.status != 200 ||
			!str_starts(str_of(format_of(&r)), str_of(table[i].format)))
			fail_msg("%s: %d %s", table[i].accept, r.status, r.head);
		assert_non_null(strstr(r.head,
			"Vary: Accept, Accept-Encoding, Authorization, Cookie\r\n"));
		assert_non_null(strstr(r.head, "Cache-Control: private, no-cache\r\n"));
	}
	assert_problem(FIGURES, KEY "Accept: image/png\r\n", 406, "format");
	assert_problem(FIGURES, KEY "Accept: text/csv;header=absent\r\n", 406, "format");
	assert_problem(FIGURES "?format=sav", KEY, 406, "format");
	assert_problem(FIGURES "?format=manifest", KEY, 406, "format");
	assert_problem(FIGURES "?format=csv%01", KEY, 406, "format");
	assert_problem(RELEASE "/notes", KEY "Accept: text/csv\r\n", 406, "format");
	/* What is asked in the address counts, whatever a browser says it accepts. */
	assert_int_equal(
		status_of("GET", FIGURES "?format=csv", KEY "Accept: text/html\r\n", ""),
		200);
}

static void what_is_known_is_not_sent_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(below); i++) {
		SCOPED(free_char) char *target = x_printf(RELEASE "%s", below[i]);
		REPLY first = ask("GET", target, KEY, "");
		SCOPED(free_char) char *etag = between(first.head, "ETag: ", "\r\n");
		SCOPED(free_char)
		char *headers = x_printf(KEY "If-None-Match: \"autre\", W/%s\r\n", etag);
		REPLY again = ask("GET", target, headers, "");

		assert_int_equal(first.status, 200);
		assert_int_equal(again.status, 304);
		assert_int_equal(again.body_size, 0);
		assert_int_equal(
			status_of("GET", target, KEY "If-None-Match: \"autre\"\r\n", ""),
			200);
	}
	{
		REPLY csv = ask("GET", FIGURES, KEY, "");
		SCOPED(free_char) char *etag = between(csv.head, "ETag: ", "\r\n");
		SCOPED(free_char)
		char *headers = x_printf(KEY "If-None-Match: %s\r\n", etag);

		assert_int_equal(
			status_of("GET", FIGURES "?format=json", headers, ""), 200);
	}
}

static void questions_and_notes_are_those_of_the_file(void **state)
{
	REPLY questions = ask("GET", RELEASE "/questions", KEY, "");
	REPLY notes = ask("GET", "/api/v1/editions/e2023/releases/latest/notes", KEY, "");

	(void)state;
	assert_string_equal(questions.body,
		"{\"edition\":\"e2023\",\"version\":1,\"questions\":[{\"question\":\"age\"}]}");
	assert_string_equal(notes.body,
		"{\"edition\":\"e2023\",\"version\":1,\"notes\":[{\"code\":\"gathered\"}]}");
}

/* T19: while people answer, and until the count is published, nothing of answers leaves here. */
static void during_the_field_nothing_of_answers_leaves(void **state)
{
	static const char *const editions[] = {"e2026", "e2025"};
	SESSION ada = session_of("ada");

	(void)state;
	for (size_t e = 0; e < COUNT_OF(editions); e++) {
		SCOPED(free_char)
		char *list = x_printf("/api/v1/editions/%s/releases", editions[e]);

		assert_problem(list, KEY, 403, "field");
		for (size_t i = 0; i < COUNT_OF(below); i++) {
			SCOPED(free_char)
			char *first = x_printf("%s/1%s", list, below[i]);
			SCOPED(free_char)
			char *latest = x_printf("%s/latest%s", list, below[i]);

			assert_problem(first, KEY, 403, "field");
			assert_problem(latest, KEY, 403, "field");
			assert_problem(latest, ada, 403, "field");
		}
	}
	{
		/* No number of answers, in what is told of an edition either: 1,234 came. */
		REPLY r = ask("GET", "/api/v1/editions/e2026", KEY, "");

		assert_int_equal(r.status, 200);
		assert_null(strstr(r.body, "1234"));
		assert_null(strstr(r.body, "answer"));
	}
}

static void only_what_was_published_is_there(void **state)
{
	(void)state;
	run(world.owner,
		"INSERT INTO barometre.release (edition, version, kind, parameters, min_base, min_cell, reason, created_on, row_count, hash, state)"
		" VALUES ('e2023', 2, 'coding', '{}', 11, 5, 'Essai', '2026-01-03', 0, 'x', 'checked')");
	assert_problem(
		"/api/v1/editions/e2023/releases/2/figures", KEY, 404, "not-published");
	{
		REPLY list = ask("GET", "/api/v1/editions/e2023/releases", KEY, "");
		REPLY latest = ask(
			"GET", "/api/v1/editions/e2023/releases/latest", KEY, "");

		assert_null(strstr(list.body, "\"version\":2"));
		assert_has(&latest, "\"version\":1");
	}
	run(world.owner,
		"DELETE FROM barometre.release WHERE edition = 'e2023' AND version = 2");
	assert_problem("/api/v1/editions/e2023/releases/0", KEY, 404, "not-found");
	assert_problem("/api/v1/editions/e2023/releases/un", KEY, 404, "not-found");
	assert_problem("/api/v1/editions/inconnue/releases/1", KEY, 404, "not-found");
	assert_problem("/api/v1/editions/inconnue", KEY, 404, "not-found");
	assert_problem("/api/v1/rien", KEY, 404, "not-found");
	assert_problem("/api/v1/editions/%zz", KEY, 400, "address");
	assert_problem("/api/v1/problems/rien", "", 404, "not-found");
}

static void set_state(const char *state)
{
	SCOPED(free_char)
	char *query = x_printf(
		"UPDATE barometre.release SET state = '%s', withdrawn_on = %s WHERE edition = 'e2023' AND version = 1",
		state,
		strcmp(state, "withdrawn") == 0
			? "'2026-02-03', withdrawn_by = 'ada', withdrawn_why = 'Une base était fausse.'"
			: "NULL, withdrawn_by = NULL, withdrawn_why = NULL");

	run(world.owner, query);
}

static void a_withdrawn_release_is_gone_within_the_lease(void **state)
{
	(void)state;
	assert_int_equal(status_of("GET", FIGURES, KEY, ""), 200);
	set_state("withdrawn");
	ahead += LATER;
	for (size_t i = 0; i < COUNT_OF(below); i++) {
		SCOPED(free_char) char *target = x_printf(RELEASE "%s", below[i]);
		REPLY r = ask("GET", target, KEY, "");

		assert_problem(target, KEY, 410, "withdrawn");
		assert_has(&r, "2026-02-03");
		assert_has(&r, "Une base était fausse.");
	}
	assert_problem("/api/v1/editions/e2023/releases/latest", KEY, 410, "withdrawn");
	{
		REPLY list = ask("GET", "/api/v1/editions/e2023/releases", KEY, "");

		assert_has(&list, "\"withdrawn_why\":\"Une base était fausse.\"");
	}
	set_state("published");
	ahead += LATER;
	assert_int_equal(status_of("GET", FIGURES, KEY, ""), 200);
}

/* Within the lease nothing is asked; after it nothing is served that could not be asked about. */
static void memory_serves_while_the_lease_lasts_and_no_longer(void **state)
{
	(void)state;
	assert_int_equal(status_of("GET", FIGURES, KEY, ""), 200);
	run(world.owner,
		"ALTER FUNCTION barometre.api_key_use(bytea) RENAME TO api_key_away");
	assert_int_equal(status_of("GET", FIGURES, KEY, ""), 200);
	ahead += LATER;
	{
		REPLY r = ask("GET", FIGURES, KEY, "");

		assert_int_equal(r.status, 503);
		assert_non_null(strstr(r.head, "Retry-After: 30\r\n"));
		assert_has(&r, "problems/unavailable");
	}
	run(world.owner,
		"ALTER FUNCTION barometre.api_key_away(bytea) RENAME TO api_key_use");
	assert_int_equal(status_of("GET", FIGURES, KEY, ""), 200);
}

static void a_file_that_was_touched_is_not_served(void **state)
{
	struct staff_site *fresh = new_site(false);

	(void)state;
	run(world.owner,
		"UPDATE barometre.release_file SET bytes = bytes || '\\x20' WHERE format = 'csv'");
	{
		REPLY r = ask_site(fresh, "GET", FIGURES, KEY, "");

		assert_int_equal(r.status, 503);
	}
	run(world.owner,
		"UPDATE barometre.release_file SET bytes = substring(bytes FROM 1 FOR length(bytes) - 1) WHERE format = 'csv'");
	{
		REPLY r = ask_site(fresh, "GET", FIGURES, KEY, "");

		assert_int_equal(r.status, 200);
	}
	staff_site_free(fresh);
}

static void nothing_is_written_here(void **state)
{
	REPLY r = ask("POST", FIGURES, KEY, "");
	REPLY options = ask("OPTIONS", "/api/v1/editions", KEY, "");

	(void)state;
	assert_int_equal(r.status, 405);
	assert_non_null(strstr(r.head, "Allow: GET, HEAD\r\n"));
	assert_has(&r, "problems/method");
	assert_int_equal(options.status, 405);
}

/* More kinds of bytes than there is room for: the oldest go, those in use stay whole. */
static void memory_is_bounded(void **state)
{
	struct api_memory *memory = api_memory_new();
	struct buf big = BUF_LIMIT(40u << 20);
	struct shared_bytes *first, *second;

	(void)state;
	for (int i = 0; i < 40; i++) {
		SCOPED(free_char) char *mebibyte = x_calloc(1 << 20, 1);

		buf_bytes(&big, mebibyte, 1 << 20);
	}
	first = shared_bytes_new(&big);
	api_body_put(memory, "a", "", CODING_NONE, first, 1);
	assert_ptr_equal(api_body_find(memory, "a", "", CODING_NONE, 2), first);
	assert_null(api_body_find(memory, "a", "notes", CODING_NONE, 2));
	for (int i = 0; i < 30 << 20; i += 1 << 20) {
		SCOPED(free_char) char *mebibyte = x_calloc(1 << 20, 1);

		buf_bytes(&big, mebibyte, 1 << 20);
	}
	second = shared_bytes_new(&big);
	api_body_put(memory, "b", "", CODING_NONE, second, 3);
	assert_null(api_body_find(memory, "a", "", CODING_NONE, 4));
	assert_ptr_equal(api_body_find(memory, "b", "", CODING_NONE, 4), second);
	assert_int_equal(shared_bytes_str(first).n, 40u << 20);
	api_memory_free(memory);
	shared_bytes_drop(first);
	shared_bytes_drop(second);
}

/* ---- the page ---- */

static char *key_form(const char *cookie, const char *label)
{
	REPLY page = ask("GET", "/keys", cookie, "");
	SCOPED(free_char) char *csrf = token_of(cookie);
	SCOPED(free_char) char *id = between(page.body, "name=\"id\" value=\"", "\"");

	return x_printf("csrf=%s&id=%s&label=%s&edition=&days=90", csrf, id, label);
}

static void an_analyst_makes_sees_and_revokes_her_own(void **state)
{
	SESSION ana = session_of("ana");
	SESSION ada = session_of("ada");
	SCOPED(free_char) char *body = key_form(ana, "Rapport+%3Cb%3E");
	REPLY made = ask("POST", "/keys", ana, body);
	REPLY again = ask("POST", "/keys", ana, body);
	REPLY list = ask("GET", "/keys", ana, "");
	REPLY all = ask("GET", "/keys", ada, "");
	SCOPED(free_char) char *key = between(made.body, "bps_", "</textarea>");
	SCOPED(free_char)
	char *headers = x_printf("Authorization: Bearer bps_%s\r\n", key);
	SCOPED(free_char) char *id = between(body, "id=", "&");
	SCOPED(free_char) char *csrf = token_of(ana);
	SCOPED(free_char) char *gone = x_printf("csrf=%s&id=%s", csrf, id);

	(void)state;
	assert_int_equal(made.status, 200);
	assert_non_null(strstr(made.head, "Cache-Control: no-store"));
	assert_int_equal(again.status, 409);
	assert_null(strstr(again.body, "bps_"));
	assert_null(strstr(list.body, key));
	assert_has(&list, "Rapport &lt;b&gt;");
	assert_has(&all, "Rapport &lt;b&gt;");
	assert_has(&list, "data-label=\"Dernier emploi\">jamais<");
	assert_int_equal(status_of("GET", FIGURES, headers, ""), 200);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE action = 'api.key.create' AND login = 'ana'"),
		1);
	{
		REPLY r = ask("POST", "/keys/revoke", ana, gone);
		REPLY twice = ask("POST", "/keys/revoke", ana, gone);

		assert_int_equal(r.status, 303);
		assert_int_equal(twice.status, 404);
	}
	ahead += LATER;
	assert_problem(FIGURES, headers, 401, "key-revoked");
}

static void nobody_revokes_anothers_key_but_an_administrator(void **state)
{
	SESSION ana = session_of("ana");
	SESSION ada = session_of("ada");
	SCOPED(free_char) char *csrf_ana = token_of(ana);
	SCOPED(free_char) char *csrf_ada = token_of(ada);
	struct id16 of_ada, of_ana;
	SCOPED(free_char)
	char *hers = new_key("ada", API_SCOPE_FIGURES, NULL, &of_ada);
	SCOPED(free_char)
	char *mine = new_key("ana", API_SCOPE_FIGURES, NULL, &of_ana);
	char id_ada[37], id_ana[37];
	SCOPED(free_char) char *try = NULL;
	SCOPED(free_char) char *does = NULL;
	REPLY list = ask("GET", "/keys", ana, "");

	(void)state;
	uuid_write(id_ada, &of_ada);
	uuid_write(id_ana, &of_ana);
	assert_null(strstr(list.body, id_ada));
	assert_non_null(strstr(list.body, id_ana));
	try = x_printf("csrf=%s&id=%s", csrf_ana, id_ada);
	does = x_printf("csrf=%s&id=%s", csrf_ada, id_ana);
	assert_int_equal(status_of("POST", "/keys/revoke", ana, try), 404);
	assert_int_equal(status_of("GET", FIGURES, hers, ""), 200);
	assert_int_equal(status_of("POST", "/keys/revoke", ada, does), 303);
	assert_problem(FIGURES, mine, 401, "key-revoked");
}

static void a_form_that_is_wrong_comes_back(void **state)
{
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *csrf = token_of(ana);
	SCOPED(free_char) char *none = x_printf("csrf=%s&id=x&label=++&days=30", csrf);
	SCOPED(free_char)
	char *unknown = x_printf("csrf=%s&id=x&label=Essai&days=30&edition=e1999", csrf);
	SCOPED(free_char)
	char *long_label = x_printf(
		"csrf=%s&id=x&label=%081d&days=30&edition=e2023", csrf, 7);
	SCOPED(free_char)
	char *no_days = x_printf("csrf=%s&id=x&label=Essai&days=toujours&edition=", csrf);
	REPLY r = ask("POST", "/keys", ana, none);
	REPLY other = ask("POST", "/keys", ana, unknown);
	REPLY too_long = ask("POST", "/keys", ana, long_label);
	REPLY for_ever = ask("POST", "/keys", ana, no_days);

	(void)state;
	assert_int_equal(r.status, 422);
	assert_has(&r, "Dites à quoi servira cette clé");
	assert_int_equal(other.status, 422);
	assert_has(&other, "value=\"Essai\"");
	/* It is the edition that is wrong. */
	assert_has(&r, "<a href=\"#label\">Aller au champ</a>");
	assert_has(&other, "<a href=\"#edition\">Aller au champ</a>");
	assert_has(&other,
		"<select id=\"edition\" name=\"edition\" aria-describedby=\"probleme\" aria-invalid=\"true\">");
	assert_int_equal(too_long.status, 422);
	assert_has(&too_long, "0000007\"");
	assert_has(&too_long, "<option value=\"30\" selected>");
	assert_has(&too_long, "<option value=\"e2023\" selected>");
	assert_int_equal(for_ever.status, 422);
	assert_has(&for_ever, "une durée de la liste");
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(of_the_use_of_a_key_only_the_day_is_kept),
		cmocka_unit_test(a_key_is_its_hash_alone),
		cmocka_unit_test(who_has_no_key_that_works_is_told_why),
		cmocka_unit_test(a_revoked_key_ends_within_the_lease),
		cmocka_unit_test(a_key_opens_what_it_is_for),
		cmocka_unit_test(
			who_codes_gets_no_key_and_who_has_become_a_coder_none_that_works),
		cmocka_unit_test(a_key_has_its_pace),
		cmocka_unit_test(what_is_served_is_what_was_published),
		cmocka_unit_test(accept_chooses),
		cmocka_unit_test(what_is_known_is_not_sent_again),
		cmocka_unit_test(questions_and_notes_are_those_of_the_file),
		cmocka_unit_test(during_the_field_nothing_of_answers_leaves),
		cmocka_unit_test(only_what_was_published_is_there),
		cmocka_unit_test(a_withdrawn_release_is_gone_within_the_lease),
		cmocka_unit_test(memory_serves_while_the_lease_lasts_and_no_longer),
		cmocka_unit_test(a_file_that_was_touched_is_not_served),
		cmocka_unit_test(nothing_is_written_here),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(an_analyst_makes_sees_and_revokes_her_own),
		cmocka_unit_test(nobody_revokes_anothers_key_but_an_administrator),
		cmocka_unit_test(a_form_that_is_wrong_comes_back),
	};

	return cmocka_run_group_tests(all, begin, end);
}
