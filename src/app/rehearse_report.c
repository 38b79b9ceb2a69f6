/* SPDX-License-Identifier: Apache-2.0 */
/* rehearse_report.c - what each day sent, who was left out, what was left over; the samples; and the comparison of two lists. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "barometre/mail/reason.h"
#include "barometre/store/db.h"
#include "mailing_words.h"
#include "rehearse_private.h"
#include "sql_catalog.h"

/* Of a verdict, or of the end of a row: a reason, or how far it is. */
static const char *end_words(struct str end)
{
	const char *reason = reason_of_one(end);

	return *reason ? reason : delivery_state_words(end);
}

struct group {
	size_t plan_row;
	struct str audience;
	size_t count;
	usec_t first, last;
};
struct report {
	struct rehearsal *r;
	struct db_rows *plan, *ledger, *ends;
	const struct rehearsal_mail *mails;
	size_t mail_count;
	struct group *groups; /* of the day */
	size_t group_count;
	struct buf *out;
};

static size_t plan_row_of(const struct report *p, const struct id16 *mailing)
{
	struct id16 id;

	for (size_t i = 0; i < db_count(p->plan); i++) {
		db_get_uuid(p->plan, i, "id", &id);
		if (memcmp(&id, mailing, sizeof(id)) == 0)
			return i;
	}
	must_failed("a row of the ledger has its mailing", __FILE__, __LINE__);
}

static size_t plan_row(const struct report *p, const struct db_rows *rows, size_t row)
{
	struct id16 mailing;

	db_get_uuid(rows, row, "mailing", &mailing);
	return plan_row_of(p, &mailing);
}

/* The mail with this number went to whom the ledger says. */
static bool is_same(const struct report *p, size_t i)
{
	const struct rehearsal_contact *taken = &p->r->contacts[p->mails[i].contact];
	struct id16 contact;

	db_get_uuid(p->ledger, i, "contact", &contact);
	return db_int(p->ledger, i, "number") == (int64_t)i &&
		memcmp(&contact, &taken->id, sizeof(contact)) == 0;
}

/* R3: the sink's own list and the ledger, which holds a contact once for each mailing. */
static bool lists_agree(const struct report *p, struct err *err)
{
	bool same = db_count(p->ledger) == p->mail_count;

	for (size_t i = 0; same && i < p->mail_count; i++)
		same = is_same(p, i);
	return same ||
		err_set(err, ERR_BROKEN,
			"the sink took %zu mails and the ledger holds %zu as sent: this is a fault of the program, please report it",
			p->mail_count, db_count(p->ledger));
}

static void put_hour(struct buf *out, usec_t at, const char *zone)
{
	struct civil c = clock_civil(at, zone);

	buf_printf(out, "%d\u202Fh\u202F%02d", c.hour, c.minute);
}

static void write_day(struct report *p, usec_t at)
{
	static const char *const weekdays[] = {"", "lundi", "mardi", "mercredi", "jeudi",
		"vendredi", "samedi", "dimanche"};
	const char *zone = p->r->edition->zone;
	struct civil c = clock_civil(at, zone);
	SCOPED(free_char) char *date = clock_french_date(at, zone);

	if (p->group_count == 0)
		return;
	buf_printf(
		p->out, "%s %s\n", weekdays[civil_weekday(c.year, c.month, c.day)], date);
	for (size_t i = 0; i < p->group_count; i++) {
		const struct group *g = &p->groups[i];
		SCOPED(free_char)
		char *name = mailing_words(p->plan, g->plan_row, false);

		buf_printf(p->out, "  %s, %.*s : %zu, de ", name, (int)g->audience.n,
			g->audience.p, g->count);
		put_hour(p->out, g->first, zone);
		buf_puts(p->out, " à ");
		put_hour(p->out, g->last, zone);
		buf_puts(p->out, "\n");
	}
	p->group_count = 0;
}

static void add_mail(struct report *p, size_t i)
{
	size_t row = plan_row(p, p->ledger, i), at = 0;
	struct str audience = db_str(p->ledger, i, "audience");

	while (at < p->group_count &&
		(p->groups[at].plan_row != row ||
			!str_eq(p->groups[at].audience, audience)))
		at++;
	if (at == p->group_count) {
		struct group fresh = {row, audience, 0, p->mails[i].at, 0};

		p->groups = x_realloc(
			p->groups, (p->group_count + 1) * sizeof(*p->groups));
		/* In the order of the plan. */
		for (; at > 0 && p->groups[at - 1].plan_row > row; at--)
			p->groups[at] = p->groups[at - 1];
		p->groups[at] = fresh;
		p->group_count++;
	}
	p->groups[at].count++;
	p->groups[at].last = p->mails[i].at;
}

static int64_t day_of(const struct report *p, usec_t at)
{
	struct civil c = clock_civil(at, p->r->edition->zone);

	return civil_day_number(c.year, c.month, c.day);
}

static void write_days(struct report *p)
{
	for (size_t i = 0; i < p->mail_count; i++) {
		if (i > 0 && day_of(p, p->mails[i].at) != day_of(p, p->mails[i - 1].at))
			write_day(p, p->mails[i - 1].at);
		add_mail(p, i);
	}
	if (p->mail_count > 0)
		write_day(p, p->mails[p->mail_count - 1].at);
	else
		buf_puts(p->out, "Aucun courriel ne part.\n");
}

static bool state_is(const struct report *p, size_t row, const char *state)
{
	return str_eq_z(db_str(p->plan, row, "state"), state);
}

/* Rows that were planned and did not leave. */
static void write_ends(struct report *p)
{
	for (size_t i = 0; i < db_count(p->ends); i++) {
		SCOPED(free_char)
		char *name = mailing_words(p->plan, plan_row(p, p->ends, i), false);

		buf_printf(p->out, "%s  %s : %s, %lld\n",
			i == 0 ? "\nPrévus, et non partis\n" : "", name,
			end_words(db_str(p->ends, i, "end")),
			(long long)db_int(p->ends, i, "n"));
	}
}

static bool write_unfinished(struct report *p)
{
	const char *zone = p->r->edition->zone;
	size_t n = 0;

	for (size_t i = 0; i < db_count(p->plan); i++) {
		bool paused = db_true(p->plan, i, "paused");

		if (state_is(p, i, "finished") || state_is(p, i, "cancelled") ||
			db_usec(p->plan, i, "due") >= p->r->end)
			continue;
		SCOPED(free_char) char *name = mailing_words(p->plan, i, false);
		SCOPED(free_char)
		char *limit = clock_french_time(db_usec(p->plan, i, "not_after"), zone);

		buf_printf(p->out, "%s  %s : %s (limite : le %s)\n",
			n++ == 0 ? "\nN’est pas allé à son terme\n" : "", name,
			paused ? "en pause"
				: state_is(p, i, "held")
				? "retenu, sa date limite est passée avant la fin : élargissez le créneau, la limite ou mail_per_minute"
				: "pas fini à la fin de la répétition",
			limit);
	}
	return n == 0;
}

static void write_head(struct report *p)
{
	const struct rehearse_options *o = p->r->options;
	const char *zone = p->r->edition->zone;
	SCOPED(free_char) char *start = clock_french_time(p->r->start, zone);
	SCOPED(free_char) char *end = clock_french_time(p->r->end, zone);

	buf_printf(p->out,
		"Répétition de « %s » (%s) : %zu contacts, sur une copie, à des adresses inventées ; rien n’a été envoyé.\n",
		p->r->edition->title, o->edition, p->r->contact_count);
	buf_printf(p->out, "Du %s au %s (%s) ; %ld courriels par minute", start, end,
		zone, o->config->mail_per_minute);
	if (o->config->mail_domain_per_minute > 0)
		buf_puts(p->out,
			" ; la limite par domaine (mail_domain_per_minute) n’est pas jouée, et peut allonger les envois");
	if (o->answers_percent > 0)
		buf_printf(p->out,
			" ; chaque semaine, %d %% de ceux qui ont été invités et n’ont pas répondu répondent (tirage %llu)",
			o->answers_percent, (unsigned long long)o->seed);
	buf_puts(p->out, ".\n\n");
}

static bool write_file(const char *path, struct str bytes, struct err *err)
{
	FILE *file = fopen(path, "we");
	bool ok = file && fwrite(bytes.p, 1, bytes.n, file) == bytes.n;

	if (file)
		ok = fclose(file) == 0 && ok;
	return ok ||
		err_set(err, ERR_BROKEN, "cannot write \"%s\": %s", path,
			strerror(errno));
}

/* The first of each mailing and audience: "01-relance1-patients.eml", in the order of the plan. */
static bool write_samples(struct report *p, struct err *err)
{
	size_t count = 0;
	const struct rehearsal_sample *samples = mailbox_samples(p->r->mailbox, &count);
	const char *folder = p->r->options->out;

	if (!folder)
		return true;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_BROKEN, "cannot make the folder \"%s\": %s",
			folder, strerror(errno));
	for (size_t i = 0; i < count; i++) {
		size_t row = plan_row_of(p, &samples[i].mailing);
		struct str kind = db_str(p->plan, row, "kind");
		SCOPED(free_char)
		char *path = x_printf("%s/%02zu-%.*s-%s.eml", folder, row + 1,
			(int)kind.n, kind.p, samples[i].audience);

		if (!write_file(path, buf_str(&samples[i].message), err))
			return false;
	}
	buf_printf(p->out,
		"%zu courriels d’exemple dans « %s » ; leurs liens n’ouvrent rien.\n",
		count, folder);
	return true;
}

static bool load(struct report *p, struct err *err)
{
	struct db *copy = p->r->copy;
	struct db_params plan = {0}, ledger = {0}, ends = {0};

	db_text_z(&plan, p->r->options->edition);
	db_time(&plan, p->r->end);
	db_text_z(&ledger, p->r->options->edition);
	if (!db_run(copy, &SQL_REHEARSE_PLAN, &plan, &p->plan, err) ||
		!db_run(copy, &SQL_REHEARSE_LEDGER, &ledger, &p->ledger, err))
		return false;
	db_text_z(&ends, p->r->options->edition);
	return db_run(copy, &SQL_REHEARSE_ENDS, &ends, &p->ends, err);
}

static bool write_all(struct report *p, bool *ret_fits, struct err *err)
{
	size_t answered = 0;

	if (!lists_agree(p, err))
		return false;
	for (size_t i = 0; i < p->r->contact_count; i++)
		answered += p->r->contacts[i].done;
	write_head(p);
	write_days(p);
	if (p->r->left_out.n > 0)
		buf_printf(p->out, "\nÀ qui, au début de chaque envoi\n%s",
			buf_str(&p->r->left_out).p);
	write_ends(p);
	*ret_fits = write_unfinished(p);
	buf_printf(p->out,
		"\nEn tout : %zu courriels, autant dans le registre que dans le puits, et personne deux fois pour le même envoi ; %zu réponses à la fin.\n",
		p->mail_count, answered);
	return write_samples(p, err);
}

bool rehearsal_report(
	struct rehearsal *r, struct buf *out, bool *ret_fits, struct err *err)
{
	struct report p = {.r = r, .out = out};
	bool ok;

	p.mails = mailbox_mails(r->mailbox, &p.mail_count);
	ok = load(&p, err) && write_all(&p, ret_fits, err);
	db_rows_free(p.plan);
	db_rows_free(p.ledger);
	db_rows_free(p.ends);
	free(p.groups);
	return ok;
}
