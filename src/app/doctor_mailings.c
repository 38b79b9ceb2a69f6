/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_mailings.c - what is planned: the gate, the windows, the next mailing and whether the pace lets it end in time. */
#include <stdlib.h>

#include "barometre/app/keyring.h"
#include "barometre/mail/schedule.h"
#include "barometre/store/edition_store.h"
#include "doctor_private.h"
#include "mailing_words.h"
#include "sql_catalog.h"

#define DAYS_MOST 400

struct ward {
	const struct doctor_options *options;
	const struct editions *editions;
	struct db_rows *rows; /* SQL_DOCTOR_MAILINGS */
	usec_t now;
	struct doctor_report *report;
};

static void say(const struct ward *w, enum doctor_level level, const char *rule,
	char *what, const char *remedy)
{
	doctor_add(w->report, DOCTOR_MAILINGS, level, rule, what,
		x_strdup(level == DOCTOR_GOOD ? "" : remedy));
}

static bool look_at_gate(const struct ward *w, struct db *db, struct err *err)
{
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	if (!db_run(db, &SQL_DOCTOR_GATE, NULL, &rows, err))
		return false;
	if (db_count(rows) == 0 || db_is_null(rows, 0, "held")) {
		say(w, DOCTOR_GOOD, "held", x_strdup("Les envois ne sont pas retenus."),
			"");
		return true;
	}
	SCOPED(free_char)
	char *since = clock_french_time(db_usec(rows, 0, "held_since"), "Europe/Paris");

	say(w, DOCTOR_SEVERE, "held",
		str_eq(db_str(rows, 0, "held"), STR("restored"))
			? x_printf(
				  "Tous les envois sont retenus depuis le %s : la base a été restaurée, et des courriels partis depuis n’y sont pas notés.",
				  since)
			: x_printf(
				  "Tous les envois sont retenus depuis le %s, à la demande de l’équipe.",
				  since),
		"Quand vous savez ce qui est déjà parti, laissez passer : barometre mail release");
	return true;
}

static bool state_is(const struct ward *w, size_t row, const char *state)
{
	return str_eq_z(db_str(w->rows, row, "state"), state);
}

/* What waits for a person. */
static void look_at_states(const struct ward *w)
{
	size_t before = w->report->count;

	for (size_t i = 0; i < db_count(w->rows); i++) {
		SCOPED(free_char) char *name = mailing_words(w->rows, i, true);
		int64_t unknown = db_int(w->rows, i, "unknown");

		if (unknown > 0) {
			struct str edition = db_str(w->rows, i, "edition");
			SCOPED(free_char)
			char *remedy = x_printf(
				"Cherchez-les dans le journal du relais, puis décidez pour chacun sur le site de l’équipe, ou : "
				"barometre mailing decide %.*s ENVOI sent|again|give-up",
				(int)edition.n, edition.p);
			say(w, DOCTOR_WARNING, "unknown",
				x_printf(
					"Pour %s, %lld courriel(s) dont on ne sait pas s’ils sont partis.",
					name, (long long)unknown),
				remedy);
		}
		if (db_true(w->rows, i, "alarm"))
			say(w, DOCTOR_SEVERE, "alarm",
				x_printf(
					"Pour %s, les comptes ne tombent pas juste : envoyés, refusés et laissés de côté ne font pas le prévu.",
					name),
				"Comparez le registre sur le site de l’équipe avec le journal du relais, et signalez-le : c’est une erreur du programme.");
		if (state_is(w, i, "held"))
			say(w, DOCTOR_WARNING, "late",
				x_printf(
					"Pour %s, la date limite est passée avant la fin : le reste attend une décision.",
					name),
				"Donnez une autre date (barometre mailing reschedule CODE ENVOI --on DATE) ou annulez (barometre mailing cancel CODE ENVOI).");
		if (db_true(w->rows, i, "paused") && !state_is(w, i, "cancelled") &&
			!state_is(w, i, "finished"))
			say(w, DOCTOR_WARNING, "paused", x_printf("En pause : %s.", name),
				"Reprenez quand vous voulez : barometre mailing resume CODE ENVOI");
	}
	if (w->report->count == before)
		say(w, DOCTOR_GOOD, "states",
			x_strdup("Aucun envoi n’attend une décision."), "");
}

/* The end of the window on the day of an instant that lies in it. */
static usec_t closing_of(const struct window *window, usec_t at)
{
	struct civil c = clock_civil(at, window->zone);

	c.hour = window->to_minute / 60;
	c.minute = window->to_minute % 60;
	c.second = 0;
	return clock_instant(c, window->zone);
}

/* When so much sending is done, from an open instant on. */
static usec_t end_of_work(const struct window *window, usec_t start, usec_t work)
{
	usec_t at = start;

	for (int day = 0; day < DAYS_MOST; day++) {
		usec_t room = closing_of(window, at) - at;

		if (work <= room)
			return at + work;
		work -= room > 0 ? room : 0;
		at = schedule_next(window, closing_of(window, at));
	}
	return SCHEDULE_NEVER;
}

static char *span_words(usec_t span)
{
	long long minutes = (span + USEC_PER_MIN - 1) / USEC_PER_MIN;

	return minutes < 120
		? x_printf("%lld min", minutes)
		: x_printf("%lld\u202Fh\u202F%02lld", minutes / 60, minutes % 60);
}

struct journey {
	usec_t start, end;
	bool fits;
};

/* `*free_at`: mailings share one pace, the earlier due first. */
static struct journey plan(
	const struct ward *w, size_t row, const struct window *window, usec_t *free_at)
{
	usec_t not_after = db_usec(w->rows, row, "not_after"),
	       due = db_usec(w->rows, row, "due");
	usec_t step = (USEC_PER_MIN + w->options->config->mail_per_minute - 1) /
		w->options->config->mail_per_minute;
	usec_t from = due > *free_at ? due : *free_at;
	struct journey j = {.start = SCHEDULE_NEVER, .end = SCHEDULE_NEVER};

	if (from < not_after)
		j.start = schedule_mailing(window, from, not_after, w->now);
	if (j.start == SCHEDULE_NEVER)
		return j;
	j.end = end_of_work(window, j.start, step * db_int(w->rows, row, "to_send"));
	j.fits = j.end <= not_after;
	*free_at = j.fits ? j.end : not_after;
	return j;
}

static void say_journey(const struct ward *w, size_t row, const struct window *window,
	const struct journey *j, bool first)
{
	SCOPED(free_char) char *name = mailing_words(w->rows, row, true);
	long long n = (long long)db_int(w->rows, row, "to_send");
	SCOPED(free_char)
	char *limit = clock_french_time(db_usec(w->rows, row, "not_after"), window->zone);

	if (j->start == SCHEDULE_NEVER) {
		say(w, DOCTOR_SEVERE, "pace",
			x_printf(
				"Il ne reste pas de créneau pour %s avant sa date limite, le %s.",
				name, limit),
			"Donnez une autre date : barometre mailing reschedule CODE ENVOI --on DATE");
		return;
	}
	SCOPED(free_char) char *start = clock_french_time(j->start, window->zone);
	SCOPED(free_char)
	char *span = span_words(n *
		((USEC_PER_MIN + w->options->config->mail_per_minute - 1) /
			w->options->config->mail_per_minute));

	if (!j->fits)
		say(w, DOCTOR_SEVERE, "pace",
			x_printf(
				"Au rythme de %ld par minute, %s (%lld au plus, à partir du %s, %s d’envoi) ne finira pas avant sa date limite, le %s.",
				w->options->config->mail_per_minute, name, n, start, span,
				limit),
			"Élargissez le créneau ou la date limite, ou augmentez mail_per_minute si le relais l’accepte.");
	else if (first)
		say(w, DOCTOR_GOOD, "next",
			x_printf(
				"Prochain envoi : %s, à partir du %s ; %lld courriels au plus, %s au rythme de %ld par minute%s.",
				name, start, n, span, w->options->config->mail_per_minute,
				w->options->config->mail_domain_per_minute > 0
					? ", davantage si beaucoup d’adresses sont du même domaine (mail_domain_per_minute)"
					: ""),
			"");
}

static void look_at_plan(const struct ward *w)
{
	usec_t free_at = w->now;
	bool first = true;

	for (size_t i = 0; i < db_count(w->rows); i++) {
		const struct edition *edition = editions_find(
			w->editions, db_str(w->rows, i, "edition"));
		struct window window = {0};
		struct err unread = {0};

		if ((!state_is(w, i, "planned") && !state_is(w, i, "sending")) ||
			db_true(w->rows, i, "paused") || !edition ||
			!clock_zone_exists(edition->zone) ||
			!window_parse(edition->mail, edition->zone, &window, &unread))
			continue;
		struct journey j = plan(w, i, &window, &free_at);

		say_journey(w, i, &window, &j, first);
		first = false;
	}
	if (first)
		say(w, DOCTOR_GOOD, "next", x_strdup("Aucun envoi n’est prévu."), "");
}

static void look_at_window(const struct ward *w, const struct edition *edition)
{
	struct window window = {0};
	struct err err = {0};

	if (!clock_zone_exists(edition->zone) ||
		!window_parse(edition->mail, edition->zone, &window, &err)) {
		say(w, DOCTOR_SEVERE, "window",
			x_printf(
				"Le créneau d’envoi de « %s » (fuseau %s) ne peut pas être lu : rien ne part. %s",
				edition->code, edition->zone, err.text),
			"Mettez à jour les données de fuseaux (paquet libicu), ou corrigez l’édition.");
		return;
	}
	if (window_is_open(&window, w->now)) {
		say(w, DOCTOR_GOOD, "window",
			x_printf(
				"« %s » : le créneau d’envoi est ouvert en ce moment (%s).",
				edition->code, edition->zone),
			"");
		return;
	}
	SCOPED(free_char)
	char *next = clock_french_time(schedule_next(&window, w->now), edition->zone);

	say(w, DOCTOR_GOOD, "window",
		x_printf("« %s » : le créneau d’envoi est fermé ; il ouvre le %s (%s).",
			edition->code, next, edition->zone),
		"");
}

static void look_at_edition(const struct ward *w, const struct edition *edition)
{
	char name[80];

	look_at_window(w, edition);
	keyring_name(name, edition->code, "campaign");
	if (!keyring_has(w->options->config->key_directory, name))
		say(w, DOCTOR_SEVERE, "edition-key",
			x_printf(
				"La clé des liens de « %s » (%s) manque : aucun courriel de cette édition ne peut être écrit.",
				edition->code, name),
			"Remettez-la depuis la sauvegarde des clés.");
}

static bool is_current(const struct edition *edition)
{
	return strcmp(edition->state, "draft") == 0 ||
		strcmp(edition->state, "open") == 0;
}

static bool look(struct ward *w, struct db *db, struct err *err)
{
	struct db_params params = {0};

	if (!look_at_gate(w, db, err))
		return false;
	db_text_z(&params, w->options->edition);
	if (!db_run(db, &SQL_DOCTOR_MAILINGS, &params, &w->rows, err))
		return false;
	for (size_t i = 0; i < w->editions->count; i++) {
		const struct edition *edition = &w->editions->list[i];

		if (w->options->edition ? strcmp(edition->code, w->options->edition) == 0
					: is_current(edition))
			look_at_edition(w, edition);
	}
	look_at_states(w);
	look_at_plan(w);
	return true;
}

bool doctor_mailings(const struct doctor_options *options, struct db *db, usec_t now,
	struct doctor_report *report, struct err *err)
{
	SCOPED(editions_release) struct editions editions = {0};
	struct ward w = {
		.options = options, .editions = &editions, .now = now, .report = report};
	bool ok;

	if (!editions_load(db, &editions, err))
		return false;
	if (options->edition && !editions_find(&editions, str_of(options->edition)))
		return err_set(err, ERR_MISSING,
			"there is no edition \"%s\": see barometre edition list",
			options->edition);
	ok = look(&w, db, err);
	db_rows_free(w.rows);
	return ok;
}
