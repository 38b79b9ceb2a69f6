/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_sites.c - the processes web and staff: a listener, a pool, a site; gone when told, or when an edition changed.
 *
 * Reloading is restarting: the process finishes what it has, ends with DUTY_RELOAD, and the supervisor starts
 * a fresh one on the same listening socket. There is no second way for new settings to come in.
 */
#include <signal.h>
#include <stdlib.h>

#include "barometre/app/duties.h"
#include "barometre/app/handover.h"
#include "barometre/base/log.h"
#include "barometre/base/template.h"
#include "barometre/store/migrate.h"
#include "barometre/web/site.h"
#include "barometre/web/sites.h"
#include "sql_catalog.h"

#define REVISION_EVERY USEC_PER_SEC

extern const struct asset_set assets_pages;

struct site_process {
	struct loop *loop;
	struct db_pool *pool;
	struct server *server;
	struct timer *timer;
	int64_t revision; /* of the editions this process was made with; -1: it could not load them */
	int status;
	bool asking, leaving;
};

static void left(void *arg)
{
	struct site_process *p = arg;

	loop_stop(p->loop);
}

static void leave(struct site_process *p, int status)
{
	if (p->leaving)
		return;
	p->leaving = true;
	p->status = status;
	timer_stop(p->timer);
	server_drain(p->server, left, p);
}

static void on_stop_signal(void *arg, int signo)
{
	(void)signo;
	leave(arg, EXIT_SUCCESS);
}

static void on_revision(void *arg, struct db_rows *rows, const struct err *err)
{
	struct site_process *p = arg;

	p->asking = false;
	if (!err && db_count(rows) == 1 && db_int(rows, 0, "revision") != p->revision)
		leave(p, DUTY_RELOAD);
}

static void ask_revision(void *arg)
{
	struct site_process *p = arg;
	struct db_params params = {0};

	if (p->asking)
		return;
	p->asking = true;
	db_call(p->pool, &SQL_EDITION_REVISION, &params, 10 * USEC_PER_SEC, on_revision,
		p);
}

/* Runs until told to stop. The site has been made on loop and pool by the caller. */
static int run(struct site_process *p, const struct config *config, int listener,
	handler_fn *handle, void *site)
{
	p->server = server_new(
		p->loop, listener, (size_t)config->max_connections, handle, site);
	p->timer = timer_new(p->loop, ask_revision, p);
	timer_start(p->timer, REVISION_EVERY, true);
	loop_on_signal(p->loop, SIGTERM, on_stop_signal, p);
	loop_on_signal(p->loop, SIGINT, on_stop_signal, p);
	log_info("duty.ready", F_COUNT("revision", p->revision));
	loop_run(p->loop);
	timer_free(p->timer);
	server_free(p->server);
	return p->status;
}

static bool load_editions(
	const struct config *config, const char *role, struct editions *ret)
{
	struct err err = {0};
	SCOPED(db_drop) struct db *db = db_open(config->database, role, &err);

	if (db && migrate_check(db, &err) && editions_load(db, ret, &err))
		return true;
	log_error("duty.database", F_ERR(&err));
	return false;
}

static bool has_https(const char *url)
{
	return str_starts(str_of(url), STR("https://"));
}

static void load_pages(void)
{
	struct err err = {0};

	if (!template_load(&assets_pages, &err)) {
		log_error("duty.templates", F_ERR(&err));
		exit(EXIT_FAILURE);
	}
}

int duty_web(const struct config *config, const struct keyring *ring, int listener)
{
	struct site_process p = {.loop = loop_new(), .revision = -1};
	struct editions editions = {0};
	struct edition_web_keys *keys = secret_alloc(
		(ring->edition_count + 1) * sizeof(*keys));
	struct public_site_options options = {
		.public_url = config->public_url,
		.organisation = config->organisation,
		.contact_address = config->contact_address,
		.secure_cookies = has_https(config->public_url),
		.now = clock_now,
		.rate = config->public_rate,
		.trusted_proxies = config->trusted_proxy,
	};
	struct public_site *site = NULL;

	load_pages();
	for (size_t i = 0; i < ring->edition_count; i++)
		keys[i] = (struct edition_web_keys){ring->editions[i].edition,
			ring->editions[i].keys.macs, ring->editions[i].keys.drafts,
			ring->editions[i].keys.cookies};
	p.pool = db_pool_new(p.loop, config->database, "barometre_web", 3);
	if (load_editions(config, "barometre_web", &editions)) {
		p.revision = editions.revision;
		site = public_site_new(
			p.loop, p.pool, &editions, keys, ring->edition_count, &options);
	}
	run(&p, config, listener, site ? public_site_handle : public_site_handle_down,
		site);
	public_site_free(site);
	db_pool_free(p.pool);
	editions_release(&editions);
	secret_free(keys);
	loop_free(p.loop);
	return p.status;
}

static bool hand_over(
	void *arg, struct str edition, struct str file, struct str passphrase)
{
	return handover_send(*(const int *)arg, edition, file, passphrase);
}

int duty_staff(const struct config *config, const struct keyring *ring, int listener,
	int handing)
{
	struct site_process p = {.loop = loop_new(), .revision = -1};
	struct editions editions = {0};
	struct staff_site_options options = {
		.staff_url = config->staff_url,
		.organisation = config->organisation,
		.secure_cookies = has_https(config->staff_url),
		.now = clock_now,
		.hand_over = hand_over,
		.hand_over_arg = &handing,
		.address_public = &ring->address_public,
		.sender = {config->public_url, config->mail_from_name,
			config->mail_from_address, config->mail_reply_to,
			config->organisation, config->contact_address},
		.editions = &editions,
		.api_rate = config->api_rate,
	};
	struct staff_site *site = NULL;

	load_pages();
	p.pool = db_pool_new(p.loop, config->database, "barometre_staff", 2);
	if (load_editions(config, "barometre_staff", &editions)) {
		p.revision = editions.revision;
		site = staff_site_new(p.loop, p.pool, &options);
	}
	if (site)
		run(&p, config, listener, staff_site_handle, site);
	else
		run(&p, config, listener, staff_site_handle_down, &options);
	staff_site_free(site);
	db_pool_free(p.pool);
	editions_release(&editions);
	loop_free(p.loop);
	return p.status;
}
