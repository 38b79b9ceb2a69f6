/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every kind of reply of the public site says to browsers, proxies and robots; the cookie; what is said when one
 * address asks too often; and whether the service is there.
 *
 * Held here: OWASP ASVS 5.0 sections 3.3 (cookies), 3.4 (headers) and 14.3 (what a browser keeps); the promise that no reply but
 * those of static files may be kept, and no address of a page may go elsewhere.
 */
#include "respond_rig.h"

/* Every reply, whatever it is, has each of these exactly once. */
static const struct {
	const char *name, *value;
} always[] = {
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
};
/* What nobody needs to know, or could be recognised by. */
static const char *const never[] = {"Server", "X-Powered-By", "Last-Modified", "Via",
	"Access-Control-Allow-Origin", "Report-To", "NEL", "Accept-CH", "Alt-Svc", "Link",
	"Content-Location"};

static char *head_of(const char *reply)
{
	const char *rest = strstr(reply, "\r\n\r\n");

	assert_non_null(rest);
	return x_strndup(reply, (size_t)(rest - reply) + 2);
}

/* How often a header is there; its last value in *ret, to be freed. */
static int header(const char *head, const char *name, char **ret)
{
	char *line SCOPED(free_char) = x_printf("\r\n%s: ", name);
	int count = 0;

	for (const char *at = head; (at = strstr(at, line)) != NULL; count++) {
		at += strlen(line);
		free(*ret);
		*ret = x_strndup(at, strcspn(at, "\r"));
		at--;
	}
	return count;
}

static void has(const char *what, const char *head, const char *name, const char *value)
{
	char *found SCOPED(free_char) = NULL;
	int count = header(head, name, &found);

	if (value ? count != 1 || strcmp(found, value) != 0 : count != 0)
		fail_msg("%s: %s is there %d times, \"%s\", wanted \"%s\"", what, name,
			count, found ? found : "", value ? value : "(never)");
}

#define OF_A_PAGE                                                                                                 \
 "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; font-src 'none'; " \
 "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

struct expected {
	const char *robots, *cache, *clear; /* NULL: must not be there */
	const char *policy;
};
static const struct expected private_page = {"noindex", "no-store", NULL, OF_A_PAGE};
static const struct expected last_page = {
	"noindex", "no-store", "\"cache\", \"storage\"", OF_A_PAGE};

static void check(const char *what, const char *reply, struct expected e)
{
	char *head SCOPED(free_char) = head_of(reply);
	char *policy SCOPED(free_char) = NULL;

	for (size_t i = 0; i < COUNT_OF(always); i++)
		has(what, head, always[i].name, always[i].value);
	for (size_t i = 0; i < COUNT_OF(never); i++)
		has(what, head, never[i], NULL);
	assert_int_equal(header(head, "Permissions-Policy", &policy), 1);
	assert_non_null(strstr(policy, "camera=()"));
	if (strcmp(e.policy, OF_A_PAGE) == 0) {
		assert_non_null(strstr(policy, "geolocation=()"));
		assert_non_null(strstr(policy, "browsing-topics=()"));
	}
	has(what, head, "Content-Security-Policy", e.policy);
	has(what, head, "X-Robots-Tag", e.robots);
	has(what, head, "Cache-Control", e.cache);
	has(what, head, "Clear-Site-Data", e.clear);
}

static void every_page_without_a_visit(void **state)
{
	static const struct {
		const char *method, *target, *status, *body;
	} pages[] = {
		{"GET", "/confidentialite", "200", ""},
		{"GET", "/accessibilite", "200", ""},
		{"GET", "/lexique", "200", ""},
		{"GET", "/o/essai", "200", ""},
		{"GET", "/o/nobody", "404", ""},
		{"GET", "/r/aaaaaaaaaaaaaaaaaaaaaaaaaa", "404", ""},
		{"GET", "/r/short", "404", ""},
		{"GET", "/r/%zz", "400", ""},
		{"GET", "/q/1", "403", ""},
		{"GET", "/recapitulatif", "403", ""},
		{"GET", "/pause", "403", ""},
		{"GET", "/merci", "403", ""},
		{"GET", "/reprise", "200", ""},
		{"GET", "/retrait", "200", ""},
		{"GET", "/stop/aaaaaaaaaaaaaaaaaaaaaaaaaa", "200", ""},
		{"GET", "/communes?q=toulouse", "200", ""},
		{"GET", "/communes?q=%zz", "400", ""},
		{"GET", "/sante", "200", ""},
		{"GET", "/nowhere", "404", ""},
		{"POST", "/merci", "405", ""},
		{"POST", "/q/1", "403", "a=b"},
		{"POST", "/start", "404", "token=aaaaaaaaaaaaaaaaaaaaaaaaaa"},
		{"POST", "/retrait", "422", "code=abc"},
		{"GET", "/static/nothing.css", "404", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		char *reply SCOPED(free_char) = ask(
			pages[i].method, pages[i].target, "", pages[i].body);

		if (memcmp(reply + strlen("HTTP/1.1 "), pages[i].status, 3) != 0)
			fail_msg("%s: %.40s", pages[i].target, reply);
		check(pages[i].target, reply, private_page);
		assert_null(strstr(reply, "Set-Cookie"));
	}
}

static void only_the_home_page_may_be_found(void **state)
{
	const struct expected home = {"all", "no-store", NULL, OF_A_PAGE};
	char *reply SCOPED(free_char) = ask("GET", "/", "", "");

	(void)state;
	has_status(reply, "200");
	check("/", reply, home);
}

static void only_static_files_may_be_kept(void **state)
{
	char *page SCOPED(free_char) = ask("GET", "/", "", "");
	const char *from = strstr(page, "/static/site.css?v=");
	const struct expected versioned = {"noindex",
		"public, max-age=31536000, immutable", NULL, "default-src 'none'"};

	(void)state;
	assert_non_null(from);
	char *target SCOPED(free_char) = x_strndup(from, strcspn(from, "\""));
	char *reply SCOPED(free_char) = ask("GET", target, "", "");
	has_status(reply, "200");
	check(target, reply, versioned);
	assert_null(strstr(reply, "Set-Cookie"));
}

static void every_page_of_a_visit(void **state)
{
	struct person p SCOPED(person_release) = {NULL, NULL};

	(void)state;
	begin_open(&p, "");
	check("POST /start", p.reply, private_page);
	get(&p, "/q/1", "200");
	check("GET /q/1", p.reply, private_page);
	post(&p, "/q/1", ONE "&action=next", "303", "/q/2");
	check("POST /q/1", p.reply, private_page);
	post(&p, "/q/2", TWO "&action=save", "204", NULL);
	check("POST /q/2 by the script", p.reply, private_page);
	post(&p, "/q/2", TWO "&action=next", "303", "/q/3");
	post(&p, "/q/3", THREE "&action=next", "303", "/recapitulatif");
	get(&p, "/recapitulatif", "200");
	check("GET /recapitulatif", p.reply, private_page);
	get(&p, "/pause", "200");
	check("GET /pause", p.reply, private_page);
	post(&p, "/envoi", "", "303", "/merci");
	check("POST /envoi", p.reply, private_page);
	get(&p, "/merci", "200");
	/* The page can be loaded again, for the receipt; what the browser kept of the pages before is gone. */
	check("GET /merci", p.reply, last_page);
	assert_null(strstr(p.reply, "Set-Cookie"));
	get(&p, "/merci", "200");
}

/* On a device that others use nothing stays: neither the visit nor the receipt. Not by the word "cookies", which browsers
 * apply to the whole domain: the staff may have its site beside this one. */
static void a_shared_device_forgets(void **state)
{
	struct person p SCOPED(person_release) = {NULL, NULL};

	(void)state;
	begin_open(&p, "&partage=1");
	fill(&p);
	post(&p, "/envoi", "", "303", "/merci");
	get(&p, "/merci", "200");
	check("GET /merci, shared", p.reply, last_page);
	assert_non_null(strstr(p.reply,
		"Set-Cookie: barometre=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n"));
	get(&p, "/merci", "403");
}

static void leaving_clears_too(void **state)
{
	struct person p SCOPED(person_release) = {NULL, NULL};

	(void)state;
	begin_open(&p, "&partage=1");
	post(&p, "/q/1", ONE "&action=leave", "303", NULL);
	check("leave", p.reply, last_page);
	assert_non_null(strstr(p.reply, "Max-Age=0"));
}

/* ---- the cookie ---- */

static struct public_site *other_site(const struct public_site_options *options)
{
	return public_site_new(loop, pool, &editions, &keys, 1, options);
}

static void the_cookie_is_of_this_site_and_session_only(void **state)
{
	const struct public_site_options options = {.public_url = "https://site.example",
		.organisation = "O",
		.contact_address = "c@site.example",
		.secure_cookies = true,
		.now = now};
	struct public_site *secure = other_site(&options);
	char *reply SCOPED(free_char) = ask_site(secure, public_site_handle, "POST",
		"/start", "", "audience=essai&channel=");
	char *head SCOPED(free_char) = head_of(reply);
	char *cookie SCOPED(free_char) = NULL;
	const char *attributes;

	(void)state;
	has_status(reply, "303");
	assert_int_equal(header(head, "Set-Cookie", &cookie), 1);
	assert_true(str_starts(str_of(cookie), STR("__Host-barometre=")));
	/* No Domain, no date: the session of the browser, this host. */
	attributes = strchr(cookie, ';');
	assert_non_null(attributes);
	assert_string_equal(attributes, "; Path=/; HttpOnly; SameSite=Strict; Secure");
	/* Its content is sealed: nothing of the edition or the audience is to be read. */
	assert_null(strstr(cookie, "essai"));
	assert_null(strstr(cookie, "e2026"));
	public_site_free(secure);
}

/* ---- too often ---- */

#define FROM(address) "X-Forwarded-For: " address "\r\n"

/* 20 a minute, behind a proxy on this machine. */
static struct public_site *limited_site(void)
{
	const struct public_site_options options = {.public_url = "http://site.example",
		.organisation = "O",
		.contact_address = "c@site.example",
		.now = now,
		.rate = 20,
		.trusted_proxies = "127.0.0.1"};

	return other_site(&options);
}

static void too_many_are_asked_to_wait_and_lose_nothing(void **state)
{
	static const struct {
		const char *method, *target, *body;
		int allowed;
	} asked[] = {
		{"POST", "/start", "audience=essai&channel=newspaper", 4},
		{"POST", "/reprise", "code=un+deux+trois", 1},
		{"POST", "/retrait", "code=abcd-efgh", 1},
		{"GET", "/r/aaaaaaaaaaaaaaaaaaaaaaaaaa", "", 1},
		{"GET", "/communes?q=toulouse", "", 20},
	};
	struct public_site *limited = limited_site();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		const bool post_page = strcmp(asked[i].method, "POST") == 0;
		char *reply SCOPED(free_char) = NULL;
		char *head SCOPED(free_char) = NULL;
		char *wait SCOPED(free_char) = NULL;

		ahead += 2 * USEC_PER_MIN;
		for (int n = 0; n <= asked[i].allowed; n++) {
			free(reply);
			reply = ask_site(limited, public_site_handle, asked[i].method,
				asked[i].target, FROM("203.0.113.9"), asked[i].body);
			if ((memcmp(reply + strlen("HTTP/1.1 "), "429", 3) == 0) !=
				(n == asked[i].allowed))
				fail_msg("%s, %d times: %.30s", asked[i].target, n + 1,
					reply);
		}
		check(asked[i].target, reply, private_page);
		head = head_of(reply);
		assert_int_equal(header(head, "Retry-After", &wait), 1);
		assert_true(wait[0] >= '1' && wait[0] <= '9');
		assert_null(strstr(reply, "203.0.113.9"));
		if (post_page) {
			/* A button that sends the same again. */
			assert_non_null(strstr(reply, "Un instant, s’il vous plaît"));
			assert_non_null(strstr(reply, "<form"));
			assert_non_null(strstr(reply, i == 0 ? "newspaper" : "value=\""));
		}
		/* Somebody else is not held up. */
		char *free_reply SCOPED(free_char) = ask_site(limited, public_site_handle,
			asked[i].method, asked[i].target, FROM("203.0.113.10"),
			asked[i].body);
		assert_memory_not_equal(free_reply + strlen("HTTP/1.1 "), "429", 3);
	}
	public_site_free(limited);
}

/* Nobody is kept from answering by what a neighbour tries. */
static void known_links_and_pages_are_never_counted(void **state)
{
	struct public_site *limited = limited_site();
	char *token SCOPED(free_char) = invite(1);
	char *target SCOPED(free_char) = x_printf("/r/%s", token);

	(void)state;
	for (int i = 0; i < 30; i++) {
		char *link SCOPED(free_char) = ask_site(limited, public_site_handle,
			"GET", target, FROM("203.0.113.9"), "");
		char *page SCOPED(free_char) = ask_site(limited, public_site_handle,
			"POST", "/q/1", FROM("203.0.113.9"), ONE);

		has_status(link, "200");
		has_status(page, "403");
	}
	public_site_free(limited);
}

/* ---- is it there? ---- */

static void health_is_a_word(void **state)
{
	const struct public_site_options options = {.public_url = "http://site.example",
		.organisation = "O",
		.contact_address = "c@site.example",
		.now = now};
	char *good SCOPED(free_char) = ask("GET", "/sante", "", "");
	char *down SCOPED(free_char) = ask_site(
		NULL, public_site_handle_down, "GET", "/sante", "", "");
	struct db_pool *nowhere = db_pool_new(
		loop, "host=/nonexistent port=1 dbname=none", "barometre_web", 1);
	struct public_site *cut_off = public_site_new(
		loop, nowhere, &editions, &keys, 1, &options);
	char *bad SCOPED(free_char) = ask_site(
		cut_off, public_site_handle, "GET", "/sante", "", "");

	(void)state;
	has_status(good, "200");
	assert_non_null(strstr(good, "\r\n\r\nok\n"));
	has_status(down, "503");
	assert_non_null(strstr(down, "\r\n\r\nno\n"));
	check("/sante, down", down, private_page);
	has_status(bad, "503");
	assert_non_null(strstr(bad, "\r\n\r\nno\n"));
	public_site_free(cut_off);
	db_pool_free(nowhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_without_a_visit),
		cmocka_unit_test(only_the_home_page_may_be_found),
		cmocka_unit_test(only_static_files_may_be_kept),
		cmocka_unit_test(every_page_of_a_visit),
		cmocka_unit_test(a_shared_device_forgets),
		cmocka_unit_test(leaving_clears_too),
		cmocka_unit_test(the_cookie_is_of_this_site_and_session_only),
		cmocka_unit_test(too_many_are_asked_to_wait_and_lose_nothing),
		cmocka_unit_test(known_links_and_pages_are_never_counted),
		cmocka_unit_test(health_is_a_word),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
