/* SPDX-License-Identifier: Apache-2.0 */
/* respond_rig.h - the public site with a database of its own, an open edition, a clock that can be moved, and people. */
#ifndef TESTS_WEB_RESPOND_RIG_H
#define TESTS_WEB_RESPOND_RIG_H

#include "../store/support.h"
#include "barometre/base/template.h"
#include "barometre/privacy/resume.h"
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
UNUSED_OK static usec_t ahead;

UNUSED_OK static usec_t now(void)
{
	return clock_now() + ahead;
}

UNUSED_OK static json_t *day(int from_now)
{
	struct civil c = clock_civil(
		clock_now() + from_now * USEC_PER_DAY, "Europe/Paris");

	return json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day);
}

UNUSED_OK static void add_edition(void)
{
	struct public_key trustee, count;
	struct secret_key unused;
	json_t *definition = json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:{s:i, s:i}, s:b, s:s, s:[{s:s, s:s, s:b}, {s:s, s:s, s:b}],"
		" s:{s:{s:[i,i,i,i,i], s:s, s:s}, s:[{s:s, s:o}]}}",
		"code", "e2026", "title", "Essai", "zone", "Europe/Paris", "opens",
		day(-3), "closes", day(40), "thresholds", "minBase", 11, "minCell", 5,
		"countPartials", 1, "keys", "server", "audiences", "audience",
		"associations", "form", SOURCE_DIR "/forms/associations.json", "openLink",
		1, "audience", "essai", "form", SOURCE_DIR "/tests/web/flow.json",
		"openLink", 1, "mail", "window", "days", 1, 2, 3, 4, 5, "from", "09:00",
		"to", "18:00", "plan", "kind", "invitation", "on", day(1));

	assert_non_null(definition);
	box_new_pair(&trustee, &unused);
	box_new_pair(&count, &unused);
	ok(edition_create(world.owner, definition, "essai.json", &trustee, err));
	ok(edition_open(world.owner, "e2026", &count, err));
	json_decref(definition);
}

UNUSED_OK static int begin(void **state)
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

UNUSED_OK static int end(void **state)
{
	public_site_free(site);
	db_pool_free(pool);
	loop_free(loop);
	editions_release(&editions);
	return world_end(state);
}

/* The reply of any site, head and body, as a text; to be freed. `more`: header lines. */
UNUSED_OK static char *ask_site(struct public_site *which, handler_fn *handle,
	const char *method, const char *target, const char *more, const char *body)
{
	char *request SCOPED(free_char) = x_printf(
		"%s %s HTTP/1.1\r\nHost: site.example\r\n%s"
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
		method, target, more, strlen(body), body);
	struct exchange_probe probe = {0};

	exchange_probe_run(loop, str_of(request), handle, which, &probe);
	assert_true(probe.replied);
	return buf_take(&probe.reply);
}

/* That of the site. */
UNUSED_OK static char *ask(
	const char *method, const char *target, const char *cookie, const char *body)
{
	char *more SCOPED(free_char) = x_printf("Cookie: barometre=%s\r\n", cookie);

	return ask_site(site, public_site_handle, method, target, more, body);
}

UNUSED_OK static void has_status(const char *reply, const char *status)
{
	assert_memory_equal(reply + strlen("HTTP/1.1 "), status, 3);
}

/* The cookie that a reply sets; to be freed. */
UNUSED_OK static char *cookie_of(const char *reply)
{
	const char *from = strstr(reply, "Set-Cookie: barometre=");

	assert_non_null(from);
	from += strlen("Set-Cookie: barometre=");
	return x_strndup(from, strcspn(from, ";\r"));
}

UNUSED_OK static char *start(void)
{
	char *reply SCOPED(free_char) = ask(
		"POST", "/start", "", "audience=associations&channel=");

	has_status(reply, "303");
	return cookie_of(reply);
}

UNUSED_OK static int64_t drafts(void)
{
	return number(world.owner, "SELECT count(*) AS n FROM barometre.draft");
}

UNUSED_OK static int64_t boxes(void)
{
	return number(world.owner, "SELECT count(*) AS n FROM barometre.urn");
}

/* A person with a browser: one cookie, the last reply. */
struct person {
	char *cookie, *reply;
};

UNUSED_OK static void person_release(struct person *p)
{
	free(p->cookie);
	free(p->reply);
}

UNUSED_OK static void keep_cookie(struct person *p)
{
	const char *set = strstr(p->reply, "Set-Cookie: barometre=");

	if (!set)
		return;
	free(p->cookie);
	p->cookie = cookie_of(p->reply);
}

UNUSED_OK static void get(struct person *p, const char *target, const char *status)
{
	free(p->reply);
	p->reply = ask("GET", target, p->cookie ? p->cookie : "", "");
	has_status(p->reply, status);
	keep_cookie(p);
}

/* A page, or an address when `status` is 303. */
UNUSED_OK static void post(struct person *p, const char *target, const char *body,
	const char *status, const char *location)
{
	char *line SCOPED(free_char) = x_printf("Location: %s\r\n", location);

	free(p->reply);
	p->reply = ask("POST", target, p->cookie ? p->cookie : "", body);
	has_status(p->reply, status);
	if (location && !strstr(p->reply, line))
		fail_msg("%s of %s, not in:\n%.800s", line, target, p->reply);
	keep_cookie(p);
}

UNUSED_OK static bool says(const struct person *p, const char *text)
{
	return strstr(p->reply, text) != NULL;
}

/* The hidden field or text between two marks; to be freed. */
UNUSED_OK static char *between(
	const struct person *p, const char *before, const char *after)
{
	const char *from = strstr(p->reply, before);

	assert_non_null(from);
	from += strlen(before);
	assert_non_null(strstr(from, after));
	return x_strndup(from, (size_t)(strstr(from, after) - from));
}

#define ONE "oui_non=oui&annee=1999&shown=oui_non+annee"
#define TWO "histoire=Il+y+avait+une+fois&shown=histoire"
#define THREE "avis=oui&shown=avis+equipe"
#define STORY "Il y avait une fois"

UNUSED_OK static void begin_open(struct person *p, const char *more)
{
	char *body SCOPED(free_char) = x_printf("audience=essai&channel=%s", more);

	post(p, "/start", body, "303", "/q/1");
}

/* To the summary. */
UNUSED_OK static void fill(struct person *p)
{
	post(p, "/q/1", ONE "&action=next", "303", "/q/2");
	post(p, "/q/2", TWO "&action=next", "303", "/q/3");
	post(p, "/q/3", THREE "&action=next", "303", "/recapitulatif");
}

/* An invitation; its link. */
UNUSED_OK static char *invite(int number_of)
{
	static const struct sql change = {
		"test", "UPDATE barometre.invitation SET mac = $1 WHERE mac = $2"};
	struct token token = token_random();
	struct hash32 mac = token_mac(&keys.macs, &token),
		      made = hash_of("mac", number_of);
	struct db_params params = {0};
	char text[TOKEN_CHARS + 1];

	make_contacts("e2026", "essai", number_of, 1);
	db_bytes(&params, mac.b, sizeof(mac.b));
	db_bytes(&params, made.b, sizeof(made.b));
	ok(db_run(world.owner, &change, &params, NULL, err));
	token_write(text, &token);
	return x_strdup(text);
}

UNUSED_OK static void begin_personal(
	struct person *p, const char *token, const char *location)
{
	char *body SCOPED(free_char) = x_printf("token=%s", token);

	post(p, "/start", body, location ? "303" : "200", location);
}

#endif
