/* SPDX-License-Identifier: Apache-2.0 */
/* The staff site: who may see what, log-in, what the pages say, and what is asked of the keeper. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "../../src/privacy/custody_private.h"
#include "staff_world.h"

/* ---- without a session ---- */

static const char *const pages[] = {"/", "/mailings", "/mailings/new",
	"/mailings/release", "/mailings/00000000-0000-4000-8000-000000000000",
	"/mailings/00000000-0000-4000-8000-000000000000/cancel", "/contacts",
	"/contacts/lift", "/editions", "/editions/e2026", "/editions/e2026/close",
	"/editions/e2025/count", "/editions/e2023/record", "/tables", "/audit"};

static void without_a_session_every_page_leads_to_the_login(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		REPLY r = ask("GET", pages[i], "", "");
		REPLY forged = ask(
			"GET", pages[i], "Cookie: barometre-staff=AAAA\r\n", "");

		assert_int_equal(r.status, 303);
		assert_non_null(strstr(r.head, "Location: /login\r\n"));
		assert_int_equal(forged.status, 303);
		assert_int_equal(r.body_size, 0);
	}
	assert_int_equal(
		status_of("POST", "/editions/e2026/close", "", "code=e2026"), 303);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.keeper_task"),
		0);
}

static void some_addresses_need_no_session(void **state)
{
	REPLY health = ask("GET", "/healthz", "", "");

	(void)state;
	assert_int_equal(health.status, 200);
	assert_string_equal(health.body, "ok\n");
	assert_int_equal(status_of("GET", "/login", "", ""), 200);
	assert_int_equal(status_of("GET", "/static/staff.css", "", ""), 200);
	assert_int_equal(status_of("GET", "/nulle-part", "", ""), 404);
	assert_int_equal(status_of("POST", "/tables", "", ""), 405);
}

/* ---- log-in ---- */

static void the_right_password_opens_a_session(void **state)
{
	REPLY r = log_in_as("ada", PASSWORD);
	SCOPED(free_char) char *value = NULL;
	SCOPED(free_char) char *query = NULL;
	struct hash32 hash;
	char hex[65];

	(void)state;
	assert_int_equal(r.status, 303);
	assert_non_null(strstr(r.head, "Location: /\r\n"));
	assert_non_null(strstr(r.head, "; Path=/; HttpOnly; SameSite=Strict\r\n"));
	value = between(r.head, "Set-Cookie: barometre-staff=", ";");
	assert_int_equal(strlen(value), 43); /* 32 bytes in base64url */
	hash = hash_plain(str_of(value));
	hex_write(hex, hash.b, sizeof(hash.b));
	query = x_printf(
		"SELECT count(*) AS n FROM barometre.staff_session WHERE hash = decode('%s', 'hex') AND login = 'ada'"
		" AND expires_at BETWEEN now() + interval '7 h 59 min' AND now() + interval '8 h'",
		hex);
	assert_int_equal(number(world.owner, query), 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE login = 'ada' AND action = 'login'"),
		1);
}

static void with_https_the_cookie_is_bound_to_the_host(void **state)
{
	struct staff_site *secure = new_site(true);

	(void)state;
	{
		REPLY r = ask_site(secure, "POST", "/login", "",
			"login=ada&password=correct+cheval+pile+agrafe");

		assert_int_equal(r.status, 303);
		assert_non_null(strstr(r.head, "Set-Cookie: __Host-barometre-staff="));
		assert_non_null(strstr(
			r.head, "; Path=/; HttpOnly; SameSite=Strict; Secure\r\n"));
	}
	staff_site_free(secure);
}

static void an_unknown_login_reads_the_same_words_as_a_wrong_password(void **state)
{
	REPLY wrong = log_in_as("ana", "autre chose");
	REPLY unknown = log_in_as("abc", "autre chose");
	char *name = strstr(unknown.body, "value=\"abc\"");

	(void)state;
	assert_int_equal(wrong.status, 403);
	assert_int_equal(unknown.status, 403);
	assert_null(strstr(wrong.head, "Set-Cookie"));
	assert_non_null(name);
	memcpy(name, "value=\"ana\"", 11); /* what was typed is shown again */
	assert_string_equal(wrong.body, unknown.body);
	assert_null(strstr(wrong.body, "autre chose"));
}

static void incomplete_log_ins_are_refused(void **state)
{
	(void)state;
	assert_int_equal(status_of("POST", "/login", "", "login=ada"), 422);
	assert_int_equal(status_of("POST", "/login", "", "password=x"), 422);
	assert_int_equal(status_of("POST", "/login", "", ""), 422);
	assert_int_equal(status_of("POST", "/login", "", "login=%FF&password=x"), 422);
	assert_int_equal(status_of("POST", "/login", "Sec-Fetch-Site: cross-site\r\n",
				 "login=ada&password=x"),
		403);
}

static void ten_failures_close_the_door_for_a_quarter_of_an_hour(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		REPLY r = log_in_as("cod", "faux");

		assert_int_equal(r.status, 403);
	}
	{
		REPLY limited = log_in_as("cod", PASSWORD);
		REPLY other = log_in_as("ana", PASSWORD);

		assert_int_equal(limited.status, 429);
		assert_non_null(strstr(limited.head, "Retry-After: "));
		assert_has(&limited, "Trop d’essais");
		assert_int_equal(other.status, 303);
	}
	ahead = 15 * USEC_PER_MIN + USEC_PER_SEC;
	{
		REPLY later = log_in_as("cod", PASSWORD);

		assert_int_equal(later.status, 303);
	}
	ahead = 0;
}

/* Sends a log-in to `port` and breaks the connection off at once. */
static void leave_at_once(int port)
{
	static const char request[] =
		"POST /login HTTP/1.1\r\nHost: equipe.example\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\n"
		"Content-Length: 46\r\n\r\nlogin=cod&password=correct+cheval+pile+agrafe+";
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, request, sizeof(request) - 1), sizeof(request) - 1);
	/* Its password is being checked when the next one is. */
	assert_int_equal(status_of("POST", "/login", "", "login=abc&password=faux"), 403);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
	assert_int_equal(close(fd), 0);
}

static void a_client_that_leaves_during_the_check_harms_nobody(void **state)
{
	struct sockaddr_in at;
	socklen_t size = sizeof(at);
	struct server *server;
	int fd = -1;

	(void)state;
	ok((fd = server_listen("127.0.0.1:0", err)) >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	server = server_new(loop, fd, 10, staff_site_handle, site);
	for (int i = 0; i < 4; i++)
		leave_at_once(ntohs(at.sin_port));
	{
		REPLY r = log_in_as("ana", PASSWORD);

		assert_int_equal(r.status, 303);
	}
	server_free(server);
	assert_int_equal(close(fd), 0);
	assert_int_equal(status_of("GET", "/login", "", ""), 200);
}

static void logging_out_ends_the_session(void **state)
{
	SESSION cookie = session_of("cod");
	SCOPED(free_char) char *token = token_of(cookie);
	SCOPED(free_char) char *body = x_printf("csrf=%s", token);

	(void)state;
	assert_int_equal(status_of("POST", "/logout", cookie, ""), 403);
	assert_int_equal(status_of("GET", "/", cookie, ""), 200);
	{
		REPLY r = ask("POST", "/logout", cookie, body);

		assert_int_equal(r.status, 303);
		assert_non_null(strstr(r.head,
			"barometre-staff=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n"));
	}
	assert_int_equal(status_of("GET", "/", cookie, ""), 303);
}

static void an_old_session_is_over(void **state)
{
	SESSION cookie = session_of("ana");

	(void)state;
	assert_int_equal(status_of("GET", "/", cookie, ""), 200);
	run(world.owner,
		"UPDATE barometre.staff_session SET expires_at = now() - interval '1 s' WHERE login = 'ana'");
	assert_int_equal(status_of("GET", "/", cookie, ""), 303);
	assert_int_equal(
		status_of("GET", "/api/v1/editions/e2023/releases/latest/figures", cookie,
			""),
		401);
}

/* ---- roles ---- */

static void each_role_sees_its_pages_and_no_other(void **state)
{
	static const struct {
		const char *target;
		int admin, analyst, coder;
	} table[] = {
		{"/", 200, 200, 200},
		{"/?edition=e2023", 200, 200, 200},
		{"/mailings", 200, 403, 403},
		{"/mailings/nimporte", 404, 403, 403},
		{"/mailings/nimporte/cancel", 404, 403, 403},
		{"/mailings/new", 200, 403, 403},
		{"/mailings/new?edition=e2025", 409, 403, 403},
		{"/mailings/hold", 200, 403, 403},
		{"/mailings/release", 303, 403, 403},
		{"/contacts", 200, 403, 403},
		{"/contacts?edition=e2023", 200, 403, 403},
		{"/contacts/lift", 200, 403, 403},
		{"/editions", 200, 403, 403},
		{"/editions/e2026", 200, 403, 403},
		{"/editions/e2026/close", 200, 403, 403},
		{"/editions/e2025/count", 200, 403, 403},
		{"/editions/e2023/record", 200, 403, 403},
		{"/audit", 200, 403, 403},
		{"/tables", 200, 200, 403},
		{"/tables?edition=e2023", 200, 200, 403},
		{"/tables?edition=e2023&audience=patients", 200, 200, 403},
		{"/tables?edition=e2023&audience=inconnu", 404, 404, 403},
		{"/?edition=inconnue", 404, 404, 404},
		{"/keys", 200, 200, 403},
		{"/keys/revoke?id=0b3c1d2e-0000-4000-8000-000000000000", 200, 200, 403},
		{"/api/v1/editions/e2023/releases/latest/figures", 200, 200, 403},
	};
	SESSION ada = session_of("ada");
	SESSION ana = session_of("ana");
	SESSION cod = session_of("cod");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int admin = status_of("GET", table[i].target, ada, "");
		int analyst = status_of("GET", table[i].target, ana, "");
		int coder = status_of("GET", table[i].target, cod, "");

		if (admin != table[i].admin || analyst != table[i].analyst ||
			coder != table[i].coder)
			fail_msg("%s: %d %d %d", table[i].target, admin, analyst, coder);
	}
	{
		REPLY r = ask("GET", "/audit", ana, "");

		assert_has(&r, "Cette page ne vous est pas ouverte");
		assert_null(strstr(
			r.body, "href=\"/audit\"")); /* not in the navigation either */
	}
}

static void a_role_cannot_ask_the_keeper(void **state)
{
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *token = token_of(ana);
	SCOPED(free_char) char *body = x_printf("csrf=%s&code=e2026", token);

	(void)state;
	assert_int_equal(status_of("POST", "/editions/e2026/close", ana, body), 403);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.keeper_task"),
		0);
}

/* ---- pages ---- */

static void the_dashboard_answers_how_it_is_going(void **state)
{
	SESSION cookie = session_of("cod");
	REPLY r = ask("GET", "/", cookie, "");

	(void)state;
	assert_int_equal(r.status, 200);
	assert_has(&r, "Baromètre &lt;2026&gt;"); /* the newest open edition, escaped */
	assert_has(&r, "<b>2</b> <span>réponses par lien personnel</span>");
	assert_has(&r, "<b>33\u202f%</b> <span>des 6 invitations remises</span>");
	assert_has(&r, "<b>1\u202f234</b> <span>réponses par lien ouvert</span>");
	assert_has(&r, "<b>40</b> <span>jours restants, clôture le ");
	assert_has(&r, "Prochain envoi\u202f:");
	assert_has(&r, "1 message incertain");
	assert_has(&r, "1 message refusé");
	assert_has(&r, "Associations de patients et d’usagers");
	assert_has(&r, "class=\"bar-personal\"");
	assert_has(&r, "<option value=\"e2023\">");
	assert_null(strstr(r.body, "style=")); /* the policy of the site forbids it */
	assert_null(strstr(r.body, "{{"));
}

static void the_dashboard_says_what_went_wrong(void **state)
{
	SESSION cookie = session_of("ada");

	(void)state;
	run(world.owner,
		"INSERT INTO barometre.keeper_task (kind, edition, asked_by, finished_at, outcome)"
		" VALUES ('count', 'e2025', 'ada', now(), 'the counting key is missing')");
	{
		REPLY closed = ask("GET", "/?edition=e2025", cookie, "");
		REPLY counted = ask("GET", "/?edition=e2023", cookie, "");
		REPLY edition = ask("GET", "/editions/e2025", cookie, "");

		assert_has(&closed, "il reste à la dépouiller");
		assert_has(&closed, "the counting key is missing");
		assert_has(&counted, "1 boîte n’a pas pu être comptée");
		assert_has(&edition, "n’a pas abouti");
	}
	run(world.owner, "DELETE FROM barometre.keeper_task");
	ahead = 50 * USEC_PER_DAY;
	{
		REPLY late = ask("GET", "/", cookie, "");

		assert_has(&late, "La date de clôture");
		assert_has(&late, "est passée et l’édition est encore ouverte");
		assert_has(
			&late, "la date limite est passée sans que l’envoi soit parti");
	}
	ahead = 0;
}

static void tables_show_what_the_release_shows(void **state)
{
	SESSION cookie = session_of("ana");
	REPLY r = ask("GET", "/tables?edition=e2023", cookie, "");
	REPLY none = ask("GET", "/tables?edition=e2026", cookie, "");

	(void)state;
	assert_has(&r, "Première diffusion");
	assert_has(&r, "/api/v1/editions/e2023/releases/1/figures?format=xlsx");
	assert_has(&r, "moins de personnes que le seuil");
	assert_has(&r, "<dd>61,5</dd>");
	assert_has(&r, "Toulouse, &quot;la rose&quot;");
	assert_has(&none, "personne ne voit le moindre résultat");
	assert_null(strstr(none.body, "/figures"));
}

static void the_record_and_the_journal_can_be_read(void **state)
{
	SESSION cookie = session_of("ada");
	REPLY record = ask("GET", "/editions/e2023/record", cookie, "");
	REPLY journal = ask("GET", "/audit", cookie, "");

	(void)state;
	assert_has(&record, "(1\u202f412 = 1\u202f411 + 1)");
	assert_has(&record, "Procès-verbal du dépouillement");
	assert_has(&record, "apportée par Jeanne Martin");
	assert_has(&record, "«\u202fÂge\u202f» gardé par tranches de vingt");
	assert_has(&record, "<td data-label=\"Taux de réponse\">60\u202f%</td>");
	assert_has(&record, "VACUUM FULL barometre.urn, barometre.draft");
	assert_has(&record, "<code>CHECKPOINT</code>");
	assert_has(&record, "5c5c5c5c5c5c5c5c");
	assert_has(&journal, "connexion");
	assert_int_equal(status_of("GET", "/editions/e2026/record", cookie, ""), 404);
	assert_int_equal(status_of("GET", "/editions/inconnue", cookie, ""), 404);
	assert_int_equal(status_of("GET", "/audit?before=1", cookie, ""), 200);
}

/* ---- asking the keeper ---- */

static int64_t tasks(void)
{
	return number(world.owner, "SELECT count(*) AS n FROM barometre.keeper_task");
}

static int64_t lines(const char *action)
{
	SCOPED(free_char)
	char *query = x_printf(
		"SELECT count(*) AS n FROM barometre.journal WHERE action = '%s' AND login = 'ada'",
		action);

	return number(world.owner, query);
}

static void a_form_from_elsewhere_changes_nothing(void **state)
{
	SESSION cookie = session_of("ada");
	SESSION other = session_of("ada");
	SCOPED(free_char) char *token = token_of(cookie);
	SCOPED(free_char) char *foreign = token_of(other);
	SCOPED(free_char) char *right = x_printf("csrf=%s&code=e2026", token);
	SCOPED(free_char) char *wrong = x_printf("csrf=%s&code=e2026", foreign);
	SCOPED(free_char)
	char *cross = x_printf("%sOrigin: https://ailleurs.example\r\n", cookie);

	(void)state;
	assert_int_equal(
		status_of("POST", "/editions/e2026/close", cookie, "code=e2026"), 403);
	assert_int_equal(status_of("POST", "/editions/e2026/close", cookie, wrong), 403);
	assert_int_equal(status_of("POST", "/editions/e2026/close", cross, right), 403);
	assert_int_equal(tasks(), 0);
	assert_int_equal(
		status_of("GET", "/editions/e2026/close?code=e2026", cookie, ""), 200);
	assert_int_equal(tasks(), 0); /* no GET has an effect */
}

static void ask_for(const char *action, const char *edition)
{
	SESSION cookie = session_of("ada");
	SCOPED(free_char) char *token = token_of(cookie);
	SCOPED(free_char) char *target = x_printf("/editions/%s/%s", edition, action);
	SCOPED(free_char) char *page = x_printf("/editions/%s", edition);
	SCOPED(free_char) char *right = x_printf("csrf=%s&code=+%s+", token, edition);
	SCOPED(free_char) char *wrong = x_printf("csrf=%s&code=e20", token);
	SCOPED(free_char) char *journal = x_printf("ask_%s", action);
	REPLY confirm = ask("GET", target, cookie, "");
	REPLY refused_code = ask("POST", target, cookie, wrong);

	assert_int_equal(confirm.status, 200);
	assert_has(&confirm, "recopiez le code");
	assert_int_equal(refused_code.status, 422);
	assert_has(&refused_code, "Ce n’est pas le code");
	assert_int_equal(tasks(), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(status_of("POST", target, cookie, right), 303);
	assert_int_equal(tasks(), 1);
	assert_int_equal(lines(journal), 1);
	{
		REPLY r = ask("GET", page, cookie, "");

		assert_has(&r, "en attente ou en cours");
		assert_has(&r, "Actualiser");
	}
	run(world.owner,
		"UPDATE barometre.keeper_task SET finished_at = now(), outcome = 'done'");
	{
		REPLY r = ask("GET", page, cookie, "");

		assert_has(&r, ">fait<");
		assert_null(strstr(r.body, "Actualiser"));
	}
	run(world.owner, "DELETE FROM barometre.keeper_task");
}

static void closing_is_asked_once(void **state)
{
	(void)state;
	ask_for("close", "e2026");
}

static void counting_is_asked_once(void **state)
{
	(void)state;
	ask_for("count", "e2025");
}

/* A custodian's file of e2025, with the ends of lines that a browser sends. */
static char *custodian_file(void)
{
	SCOPED(buf_release) struct buf file = BUF_LIMIT(CUSTODY_FILE_MAX);
	SCOPED(buf_release) struct buf sent = BUF_LIMIT(CUSTODY_FILE_MAX);
	struct public_key unused;
	struct secret_key secret;

	box_new_pair(&unused, &secret);
	ok(custody_seal_at(&file, (struct password_cost){1, 1}, "e2025", "Anne Martin",
		&secret, STR("quatre mots à moi"), err));
	for (size_t i = 0; i < file.n; i++) {
		if (file.p[i] == '\n')
			buf_addc(&sent, '\r');
		buf_addc(&sent, file.p[i]);
	}
	return buf_take(&sent);
}

/* Where a numbered line of it begins. */
static char *key_line(char *file, int number)
{
	SCOPED(free_char) char *start = x_printf("\n%d  ", number);
	char *at = strstr(file, start);

	assert_non_null(at);
	return at + 4;
}

static char *posting(const char *token, const char *file)
{
	SCOPED(buf_release) struct buf text = BUF_LIMIT(8 * CUSTODY_FILE_MAX);

	buf_printf(
		&text, "csrf=%s&code=e2025&phrase=quatre+mots+%%C3%%A0+moi&cle=", token);
	for (; *file; file++)
		buf_printf(&text, "%%%02X", (unsigned int)(unsigned char)*file);
	return buf_take(&text);
}

/* Where custodians keep the key: what one of them brings goes to the keeper, and the passphrase is never shown again. */
static void a_custodian_brings_the_key_of_the_count(void **state)
{
	static const char *const target = "/editions/e2025/count";
	SESSION cookie = session_of("ada");
	SCOPED(free_char) char *token = token_of(cookie);
	SCOPED(free_char) char *bare = x_printf("csrf=%s&code=e2025", token);
	SCOPED(free_char) char *no_phrase = x_printf("%s&cle=1+ABCD&phrase=", bare);
	SCOPED(free_char) char *file = custodian_file();
	SCOPED(free_char) char *whole = posting(token, file);
	SCOPED(free_char)
	char *traces = x_printf(
		"SELECT count(*) AS n FROM (SELECT t::text AS r FROM barometre.keeper_task t"
		" UNION ALL SELECT j::text FROM barometre.journal j) x"
		" WHERE r LIKE '%%quatre mots%%' OR r LIKE '%%%.9s%%'",
		key_line(file, 7));
	SCOPED(free_char)
	char *mistyped = x_printf(
		"csrf=%s&code=e20&cle=1+ABCD&phrase=quatre+mots", token);

	(void)state;
	{
		REPLY server = ask("GET", target, cookie, "");

		assert_null(strstr(server.body, "name=\"phrase\""));
	}
	run(world.owner,
		"UPDATE barometre.edition SET keys = 'custodians' WHERE code = 'e2025'");
	{
		REPLY confirm = ask("GET", target, cookie, "");
		REPLY without = ask("POST", target, cookie, bare);
		REPLY half = ask("POST", target, cookie, no_phrase);
		REPLY wrong = ask("POST", target, cookie, mistyped);

		assert_has(&confirm, "<textarea id=\"cle\"");
		assert_has(&confirm, "type=\"password\" id=\"phrase\"");
		assert_int_equal(without.status, 422);
		assert_has(&without, "Il manque le fichier de clé");
		assert_int_equal(half.status, 422);
		assert_has(&half, "1 ABCD</textarea>");
		assert_int_equal(wrong.status, 422);
		assert_null(strstr(wrong.body, "quatre mots"));
	}
	handed.refusing = true;
	assert_int_equal(status_of("POST", target, cookie, whole), 503);
	handed.refusing = false;
	assert_int_equal(handed.times, 0);
	assert_int_equal(tasks(), 0);
	assert_int_equal(status_of("POST", target, cookie, whole), 303);
	assert_int_equal(handed.times, 1);
	assert_string_equal(handed.edition, "e2025");
	assert_string_equal(handed.file, file);
	assert_string_equal(handed.phrase, "quatre mots à moi");
	assert_int_equal(tasks(), 1);
	assert_int_equal(number(world.owner, traces), 0);
	run(world.owner,
		"DELETE FROM barometre.keeper_task;"
		"UPDATE barometre.edition SET keys = 'server' WHERE code = 'e2025'");
}

/* Nine lines typed from paper are not to be typed again for one wrong letter. */
static void a_mistyped_key_file_is_named_and_stays_in_its_field(void **state)
{
	SESSION cookie = session_of("ada");
	SCOPED(free_char) char *token = token_of(cookie);
	SCOPED(free_char) char *file = custodian_file();
	SCOPED(free_char) char *wrong = NULL;
	char *line = key_line(file, 5);

	(void)state;
	handed.times = 0;
	run(world.owner,
		"UPDATE barometre.edition SET keys = 'custodians' WHERE code = 'e2025'");
	*line = *line == 'Q' ? 'P' : 'Q';
	wrong = posting(token, file);
	{
		REPLY told = ask("POST", "/editions/e2025/count", cookie, wrong);

		assert_int_equal(told.status, 422);
		assert_has(&told, "ligne 5 (au moins un caractère faux)");
		line[strcspn(line, "\r")] = '\0';
		assert_has(&told, line);
		assert_has(&told, "Anne Martin");
		assert_null(strstr(told.body, "quatre mots"));
	}
	assert_int_equal(handed.times, 0);
	assert_int_equal(tasks(), 0);
	run(world.owner,
		"UPDATE barometre.edition SET keys = 'server' WHERE code = 'e2025'");
}

static void the_state_of_the_edition_must_allow_it(void **state)
{
	SESSION cookie = session_of("ada");
	SCOPED(free_char) char *token = token_of(cookie);
	SCOPED(free_char) char *open = x_printf("csrf=%s&code=e2026", token);
	SCOPED(free_char) char *counted = x_printf("csrf=%s&code=e2023", token);

	(void)state;
	assert_int_equal(status_of("POST", "/editions/e2026/count", cookie, open), 409);
	assert_int_equal(
		status_of("POST", "/editions/e2023/count", cookie, counted), 409);
	assert_int_equal(
		status_of("POST", "/editions/e2023/close", cookie, counted), 409);
	assert_int_equal(
		status_of("POST", "/editions/inconnue/close", cookie, counted), 404);
	assert_int_equal(tasks(), 0);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(without_a_session_every_page_leads_to_the_login),
		cmocka_unit_test(some_addresses_need_no_session),
		cmocka_unit_test(the_right_password_opens_a_session),
		cmocka_unit_test(with_https_the_cookie_is_bound_to_the_host),
		cmocka_unit_test(
			an_unknown_login_reads_the_same_words_as_a_wrong_password),
		cmocka_unit_test(incomplete_log_ins_are_refused),
		cmocka_unit_test(ten_failures_close_the_door_for_a_quarter_of_an_hour),
		cmocka_unit_test(a_client_that_leaves_during_the_check_harms_nobody),
		cmocka_unit_test(logging_out_ends_the_session),
		cmocka_unit_test(an_old_session_is_over),
		cmocka_unit_test(each_role_sees_its_pages_and_no_other),
		cmocka_unit_test(a_role_cannot_ask_the_keeper),
		cmocka_unit_test(the_dashboard_answers_how_it_is_going),
		cmocka_unit_test(the_dashboard_says_what_went_wrong),
		cmocka_unit_test(tables_show_what_the_release_shows),
		cmocka_unit_test(the_record_and_the_journal_can_be_read),
		cmocka_unit_test(a_form_from_elsewhere_changes_nothing),
		cmocka_unit_test(closing_is_asked_once),
		cmocka_unit_test(counting_is_asked_once),
		cmocka_unit_test(a_custodian_brings_the_key_of_the_count),
		cmocka_unit_test(a_mistyped_key_file_is_named_and_stays_in_its_field),
		cmocka_unit_test(the_state_of_the_edition_must_allow_it),
	};

	return cmocka_run_group_tests(all, begin, end);
}
