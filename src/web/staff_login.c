/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staff_login.c - log-in and log-out.
 *
 *   POST /login    account → password checked on a thread → session, journal → 303 /
 *   POST /logout   session deleted → 303 /login
 *
 * An unknown login takes the same way as a known one, against the hash of a password nobody knows, and reads the same
 * words. The session is 32 random bytes; the database knows only their hash.
 */
#include <stdio.h>

#include "barometre/base/log.h"
#include "sql_catalog.h"
#include "staff_private.h"

#define RUNNING_LIMIT 2 /* 64 MiB each */
#define WAITING_LIMIT 16
#define PASSWORD_LIMIT 1024

/* A password being checked. Outlives the exchange: the thread cannot be stopped. */
struct verify_job {
	struct verify_job *next;
	struct staff_site *site; /* NULL when the site has gone */
	struct staff_step *step; /* NULL when the client has gone */
	char *password;
	size_t password_size;
	char stored[128];
	bool known, right, started;
};

static void start_waiting(struct staff_site *);
static void verified(void *arg);

/* ---- GET /login ---- */

static void show_form(struct staff_site *site, struct exchange *exchange, int status,
	struct str login, const char *problem)
{
	json_t *content = json_pack("{s:s%}", "TYPED", login.p ? login.p : "", login.n);

	if (!content)
		content = json_pack("{s:s}", "TYPED", "");
	json_object_set_new(content, "PROBLEM", json_string(problem ? problem : ""));
	staff_guest_page(
		site, exchange, status, "Connexion", "staff_login.html", content);
}

void staff_get_login(void *site, struct exchange *exchange, const struct str *parts)
{
	(void)parts;
	show_form(site, exchange, 200, STR(""), NULL);
}

/* ---- POST /login ---- */

static void refuse(struct staff_step *step)
{
	show_form(step->site, step->exchange, 403,
		exchange_field(step->exchange, "login"),
		"Ce nom et ce mot de passe ne vont pas ensemble. Vérifiez-les, majuscules comprises, "
		"puis recommencez.");
}

/* True when it has to wait: replied. */
static bool is_limited(struct staff_step *step, struct str login)
{
	usec_t wait = login_limit_wait(
		step->site->limit, login, step->site->options.now());
	char seconds[32];
	SCOPED(free_char) char *problem = NULL;
	int64_t minutes = (wait + USEC_PER_MIN - 1) / USEC_PER_MIN;

	if (wait == 0)
		return false;
	(void)snprintf(
		seconds, sizeof(seconds), "%lld", (long long)wait / USEC_PER_SEC + 1);
	exchange_header(step->exchange, "Retry-After", seconds);
	problem = x_printf(
		"Trop d’essais pour ce compte : par prudence, il faut attendre %lld minute%s avant "
		"le prochain.",
		(long long)minutes, minutes > 1 ? "s" : "");
	show_form(step->site, step->exchange, 429, login, problem);
	return true;
}

static void job_free(struct verify_job *job)
{
	secret_wipe(job->password, job->password_size);
	free(job->password);
	secret_wipe(job, sizeof(*job));
	free(job);
}

static void forget_step(void *arg)
{
	struct staff_step *step = arg;

	if (step->job)
		step->job->step = NULL;
}

static void check_password(void *arg)
{
	struct verify_job *job = arg;

	job->right = password_verify(
		job->stored, (struct str){job->password, job->password_size});
}

static void start_waiting(struct staff_site *site)
{
	for (struct verify_job *job = site->jobs; job && site->running < RUNNING_LIMIT;
		job = job->next) {
		if (job->started)
			continue;
		job->started = true;
		site->running++;
		site->waiting--;
		loop_thread(site->loop, check_password, verified, job);
	}
}

static void account_found(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	struct staff_site *site = step->site;
	struct str login = exchange_field(step->exchange, "login");
	struct str password = exchange_field(step->exchange, "password");
	struct verify_job *job, **end = &site->jobs;

	if (staff_is_down(step, err) || is_limited(step, login))
		return;
	if (site->waiting >= WAITING_LIMIT) {
		exchange_header(step->exchange, "Retry-After", "5");
		show_form(site, step->exchange, 503, login,
			"Trop de connexions en même temps : réessayez dans quelques secondes.");
		return;
	}
	exchange_keep_call(step->exchange, NULL);
	login_limit_note(site->limit, login, site->options.now());
	job = x_calloc(1, sizeof(*job));
	*job = (struct verify_job){
		.site = site, .step = step, .known = db_count(rows) > 0};
	job->password = x_strndup(password.p, password.n);
	job->password_size = password.n;
	(void)snprintf(job->stored, sizeof(job->stored), "%s",
		job->known ? db_str(rows, 0, "password_hash").p : site->nobody_hash);
	if (job->known)
		(void)snprintf(step->login, sizeof(step->login), "%s",
			db_str(rows, 0, "login").p);
	while (*end)
		end = &(*end)->next;
	*end = job;
	site->waiting++;
	step->job = job;
	exchange_on_gone(step->exchange, forget_step, step);
	start_waiting(site);
}

static void unlink_job(struct staff_site *site, struct verify_job *job)
{
	struct verify_job **at = &site->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
}

void staff_login_detach(struct staff_site *site)
{
	while (site->jobs) {
		struct verify_job *job = site->jobs;

		site->jobs = job->next;
		job->site = NULL;
		job->step = NULL;
		if (!job->started) /* else its thread still reads it, and `verified` frees it */
			job_free(job);
	}
}

static void session_made(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;

	(void)rows;
	if (staff_is_down(step, err))
		return;
	exchange_header(step->exchange, "Set-Cookie", step->own);
	exchange_redirect(step->exchange, "/");
}

static void journal_written(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	SCOPED(buf_wipe) struct buf cookie = BUF_LIMIT(64);
	SCOPED(buf_wipe) struct buf header = BUF_LIMIT(256);
	unsigned char bytes[STAFF_COOKIE_BYTES], csrf[32];
	struct db_params params = {0};
	struct hash32 hash;

	(void)rows;
	if (staff_is_down(step, err))
		return;
	random_bytes(bytes, sizeof(bytes));
	random_bytes(csrf, sizeof(csrf));
	base64url_write(&cookie, (struct str){(const char *)bytes, sizeof(bytes)});
	hash = staff_cookie_hash(buf_str(&cookie));
	buf_printf(&header, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
		staff_cookie_name(step->site), buf_str(&cookie).p,
		step->site->options.secure_cookies ? "; Secure" : "");
	step->own = exchange_strdup(step->exchange, buf_str(&header));
	db_bytes(&params, hash.b, sizeof(hash.b));
	db_text_z(&params, step->login);
	db_time(&params, step->site->options.now() + STAFF_SESSION_SPAN);
	db_bytes(&params, csrf, sizeof(csrf));
	secret_wipe(bytes, sizeof(bytes));
	secret_wipe(csrf, sizeof(csrf));
	staff_ask(step, &SQL_STAFF_SESSION_CREATE, &params, session_made);
}

static void verified(void *arg)
{
	struct verify_job *job = arg;
	struct staff_site *site = job->site;
	struct staff_step *step = job->step;
	bool right = job->right && job->known;

	if (site) {
		unlink_job(site, job);
		site->running--;
	}
	if (step)
		step->job = NULL;
	job_free(job);
	if (!site)
		return;
	start_waiting(site);
	if (!step)
		return;
	if (!right) {
		log_info("staff.login", F_TEXT("outcome", "refused"));
		refuse(step);
		return;
	}
	login_limit_clear(site->limit, exchange_field(step->exchange, "login"));
	staff_journal(step, step->login, "login", "", journal_written);
}

void staff_post_login(void *arg, struct exchange *exchange, const struct str *parts)
{
	struct staff_site *site = arg;
	struct staff_step *step = staff_step(site, exchange, NULL);
	struct str login = exchange_field(exchange, "login"),
		   password = exchange_field(exchange, "password");
	struct db_params params = {0};

	(void)parts;
	if (!exchange_is_same_origin(exchange, site->options.staff_url)) {
		staff_error(site, exchange, 403, "Ce formulaire n’est pas d’ici",
			"La connexion se fait depuis la page de ce site, pas depuis une autre.");
		return;
	}
	if (!login.p || login.n == 0 || login.n > 64 || !password.p || password.n == 0 ||
		password.n > PASSWORD_LIMIT) {
		show_form(site, exchange, 422, (struct str){"", 0},
			"Il faut un nom de compte et un mot de passe.");
		return;
	}
	if (is_limited(step, login))
		return;
	db_text(&params, login);
	staff_ask(step, &SQL_STAFF_ACCOUNT_FIND, &params, account_found);
}

/* ---- POST /logout ---- */

static void session_gone(void *arg, struct db_rows *rows, const struct err *err)
{
	struct staff_step *step = arg;
	SCOPED(free_char) char *header = NULL;

	(void)rows;
	if (staff_is_down(step, err))
		return;
	header = x_printf("%s=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0%s",
		staff_cookie_name(step->site),
		step->site->options.secure_cookies ? "; Secure" : "");
	exchange_header(step->exchange, "Set-Cookie", header);
	exchange_header(step->exchange, "Clear-Site-Data", "\"cache\", \"storage\"");
	exchange_redirect(step->exchange, "/login");
}

static void end_session(struct staff_step *step)
{
	struct db_params params = {0};

	db_bytes(&params, step->session.b, sizeof(step->session.b));
	staff_ask(step, &SQL_STAFF_SESSION_DELETE, &params, session_gone);
}

void staff_post_logout(void *site, struct exchange *exchange, const struct str *parts)
{
	staff_enter(site, exchange, parts, STAFF_CODER, end_session);
}
