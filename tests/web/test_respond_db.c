/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_respond_db.c - the public site under a clock of our own: what a page is worth after the two hours of its cookie,
 * and cookies that are not ours. The rest of the public site is tested from outside, in tests/e2e.
 */
#include "../store/support.h"
#include "barometre/base/template.h"
#include "barometre/privacy/sealed.h"
#include "barometre/store/edition_store.h"
#include "barometre/web/exchange.h"
#include "barometre/web/sites.h"

extern const struct asset_set assets_pages;

#define TYPED "Une association d&#39;essai"
#define PAGE                                                                        \
 "localite=Toulouse&territoire_action=d31&nom_structure=Une+association+d%27essai&" \
 "shown=localite+nom_structure+territoire_action+qualite_repondant+pathologies&action=next"

static struct loop *loop;
static struct db_pool *pool;
static struct public_site *site;
static struct editions editions;
static struct edition_web_keys keys;
static usec_t ahead;

static usec_t now(void)
{
	return clock_now() + ahead;
}

static json_t *day(int from_now)
{
	struct civil c = clock_civil(
		clock_now() + from_now * USEC_PER_DAY, "Europe/Paris");

	return json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day);
}

static void add_edition(void)
{
	struct public_key trustee, count;
	struct secret_key unused;
	json_t *definition = json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:{s:i, s:i}, s:b, s:s, s:[{s:s, s:s, s:b}],"
		" s:{s:{s:[i,i,i,i,i], s:s, s:s}, s:[{s:s, s:o}]}}",
		"code", "e2026", "title", "Essai", "zone", "Europe/Paris", "opens",
		day(-3), "closes", day(40), "thresholds", "minBase", 11, "minCell", 5,
		"countPartials", 1, "keys", "server", "audiences", "audience",
		"associations", "form", SOURCE_DIR "/forms/associations.json", "openLink",
		1, "mail", "window", "days", 1, 2, 3, 4, 5, "from", "09:00", "to",
		"18:00", "plan", "kind", "invitation", "on", day(1));

	assert_non_null(definition);
	box_new_pair(&trustee, &unused);
	box_new_pair(&count, &unused);
	ok(edition_create(world.owner, definition, "essai.json", &trustee, err));
	ok(edition_open(world.owner, "e2026", &count, err));
	json_decref(definition);
}

static int begin(void **state)
{
	struct public_site_options options = {.public_url = "http://site.example",
		.organisation = "Organisme",
		.contact_address = "contact@site.example",
		.now = now};

	(void)world_begin(state);
	ok(template_load(&assets_pages, err));
	add_edition();
	ok(editions_load(world.owner, &editions, err));
	keys = (struct edition_web_keys){
		"e2026", random_key(), random_key(), random_key()};
	loop = loop_new();
	pool = db_pool_new(loop, world.conninfo, "barometre_web", 2);
	site = public_site_new(loop, pool, &editions, &keys, 1, &options);
	return 0;
}

static int end(void **state)
{
	public_site_free(site);
	db_pool_free(pool);
	loop_free(loop);
	editions_release(&editions);
	return world_end(state);
}

/* The reply, head and body, as a text; to be freed. */
static char *ask(
	const char *method, const char *target, const char *cookie, const char *body)
{
	char *request SCOPED(free_char) = x_printf(
		"%s %s HTTP/1.1\r\nHost: site.example\r\nCookie: barometre=%s\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
		method, target, cookie, strlen(body), body);
	struct exchange_probe probe = {0};

	exchange_probe_run(loop, str_of(request), public_site_handle, site, &probe);
	assert_true(probe.replied);
	return buf_take(&probe.reply);
}

static void has_status(const char *reply, const char *status)
{
	assert_memory_equal(reply + strlen("HTTP/1.1 "), status, 3);
}

/* The cookie that a reply sets; to be freed. */
static char *cookie_of(const char *reply)
{
	const char *from = strstr(reply, "Set-Cookie: barometre=");

	assert_non_null(from);
	from += strlen("Set-Cookie: barometre=");
	return x_strndup(from, strcspn(from, ";\r"));
}

static char *start(void)
{
	char *reply SCOPED(free_char) = ask(
		"POST", "/start", "", "audience=associations&channel=");

	has_status(reply, "303");
	return cookie_of(reply);
}

static void a_page_may_be_sent_after_its_cookie_has_expired(void **state)
{
	char *old SCOPED(free_char) = start();
	char *reply, *fresh SCOPED(free_char) = NULL;

	(void)state;
	ahead = 3 * USEC_PER_HOUR;
	reply = ask("POST", "/q/1", old, PAGE);
	has_status(reply, "303");
	assert_non_null(strstr(reply, "Location: /q/2\r\n"));
	fresh = cookie_of(reply);
	free(reply);
	reply = ask("GET", "/q/1", fresh, "");
	has_status(reply, "200");
	assert_non_null(strstr(reply, TYPED));
	free(reply);
	ahead = 0;
}

static void an_expired_cookie_opens_no_page(void **state)
{
	char *old SCOPED(free_char) = start();
	char *reply;

	(void)state;
	ahead = 2 * USEC_PER_HOUR - USEC_PER_MIN;
	reply = ask("GET", "/q/1", old, "");
	has_status(reply, "200");
	free(reply);
	ahead = 2 * USEC_PER_HOUR + USEC_PER_MIN;
	reply = ask("GET", "/q/1", old, "");
	has_status(reply, "403");
	assert_non_null(strstr(reply, "Rouvrez le lien"));
	assert_null(strstr(reply, "Set-Cookie"));
	free(reply);
	ahead = 0;
}

/* Sealed as ours are, but with a key that is not of this edition. */
static void a_cookie_of_another_key_is_nobodys(void **state)
{
	struct key other = random_key();
	struct visit visit = {.edition = "e2026",
		.audience = "associations",
		.slot = random_uuid(),
		.token = token_random(),
		.expires = now() + USEC_PER_HOUR};
	struct buf cookie SCOPED(buf_release) = BUF_LIMIT(1024);
	int64_t drafts = number(world.owner, "SELECT count(*) AS n FROM barometre.draft");
	char *reply;

	(void)state;
	visit_seal(&cookie, &other, &visit);
	reply = ask("POST", "/q/1", buf_str(&cookie).p, PAGE);
	has_status(reply, "403");
	assert_non_null(strstr(reply, TYPED));
	assert_non_null(strstr(reply, "Réessayer"));
	free(reply);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.draft"), drafts);
}

/* The edition is closed in the database while this process still thinks it open: the store has the last word. */
static void a_closing_that_the_site_has_not_seen_yet_stores_nothing(void **state)
{
	char *cookie SCOPED(free_char) = start();
	int64_t drafts = number(world.owner, "SELECT count(*) AS n FROM barometre.draft");
	char *reply;

	(void)state;
	ok(edition_close(world.owner, "e2026", err));
	reply = ask("POST", "/q/1", cookie, PAGE);
	has_status(reply, "409");
	assert_non_null(strstr(reply, TYPED));
	free(reply);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.draft"), drafts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_may_be_sent_after_its_cookie_has_expired),
		cmocka_unit_test(an_expired_cookie_opens_no_page),
		cmocka_unit_test(a_cookie_of_another_key_is_nobodys),
		cmocka_unit_test(a_closing_that_the_site_has_not_seen_yet_stores_nothing),
	};

	return cmocka_run_group_tests_name(
		"the public site by the clock", tests, begin, end);
}
