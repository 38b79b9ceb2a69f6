/* SPDX-License-Identifier: Apache-2.0 */
/* rehearse_mailbox.c - what the sink was given: to whom and when, filled on the sink's thread; and one mail of each mailing and audience. */
#include <pthread.h>
#include <stdlib.h>

#include "barometre/mail/schedule.h"
#include "rehearse_private.h"

struct rehearsal_mailbox {
	pthread_mutex_t guard;
	struct pace pace; /* the real one, on the played clock */
	struct rehearsal_mail *mails;
	size_t count, room;
	usec_t *first; /* by contact */
	size_t contact_count;
	const struct edition *edition;
	/* Of the loop's thread: */
	struct rehearsal_sample *samples;
	size_t sample_count;
};

struct rehearsal_mailbox *mailbox_new(struct rehearsal *r)
{
	struct rehearsal_mailbox *m = x_calloc(1, sizeof(*m));

	must(pthread_mutex_init(&m->guard, NULL) == 0);
	pace_init(&m->pace, (int)r->options->config->mail_per_minute);
	m->contact_count = r->contact_count;
	m->edition = r->edition;
	m->first = x_calloc(r->contact_count + 1, sizeof(*m->first));
	return m;
}

void mailbox_free(struct rehearsal_mailbox *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->sample_count; i++) {
		free(m->samples[i].audience);
		buf_release(&m->samples[i].message);
	}
	free(m->samples);
	(void)pthread_mutex_destroy(&m->guard);
	free(m->mails);
	free(m->first);
	free(m);
}

/* "<audience>.<n>@rehearsal.invalid", and nobody else. */
static bool contact_of(const struct rehearsal_mailbox *m, const char *to,
	struct str *ret_audience, size_t *ret_contact)
{
	struct str rest = str_of(to), local = {0}, audience = {0};
	uint64_t n = 0;

	if (!str_cut(&rest, '@', &local) || !str_eq_z(rest, REHEARSAL_DOMAIN) ||
		!str_cut(&local, '.', &audience) || !str_parse_u64(local, &n) ||
		n >= m->contact_count || !edition_audience_find(m->edition, audience))
		return false;
	*ret_audience = audience;
	*ret_contact = (size_t)n;
	return true;
}

bool mailbox_knows(void *mailbox, const char *to)
{
	struct str audience = {0};
	size_t contact = 0;

	return contact_of(mailbox, to, &audience, &contact);
}

static bool has_sample(const struct rehearsal_mailbox *m, const struct id16 *mailing,
	const char *audience)
{
	for (size_t i = 0; i < m->sample_count; i++)
		if (memcmp(&m->samples[i].mailing, mailing, sizeof(*mailing)) == 0 &&
			strcmp(m->samples[i].audience, audience) == 0)
			return true;
	return false;
}

void mailbox_show(void *mailbox, const struct id16 *mailing, const char *audience,
	struct str message)
{
	struct rehearsal_mailbox *m = mailbox;
	struct rehearsal_sample *s;

	if (has_sample(m, mailing, audience))
		return;
	m->samples = x_realloc(m->samples, (m->sample_count + 1) * sizeof(*m->samples));
	s = &m->samples[m->sample_count++];
	*s = (struct rehearsal_sample){.mailing = *mailing,
		.audience = x_strdup(audience),
		.message = BUF_LIMIT(message.n + 1)};
	buf_add(&s->message, message);
}

void mailbox_take(void *mailbox, uint64_t number, const char *to)
{
	struct rehearsal_mailbox *m = mailbox;
	struct str audience = {0};
	size_t contact = 0;
	usec_t now = rehearsal_now();

	/* The sink asked mailbox_knows. */
	must(contact_of(m, to, &audience, &contact));
	must(pthread_mutex_lock(&m->guard) == 0);
	must(number == m->count);
	if (m->count == m->room) {
		m->room = m->room ? 2 * m->room : 1024;
		m->mails = x_realloc(m->mails, m->room * sizeof(*m->mails));
	}
	m->mails[m->count++] = (struct rehearsal_mail){now, contact};
	if (m->first[contact] == 0)
		m->first[contact] = now;
	must(pthread_mutex_unlock(&m->guard) == 0);
	/* The next may leave when the pace says so. */
	(void)pace_take(&m->pace, now);
	rehearsal_set_now(now + pace_take(&m->pace, now));
}

size_t mailbox_count(struct rehearsal_mailbox *m)
{
	size_t n;

	must(pthread_mutex_lock(&m->guard) == 0);
	n = m->count;
	must(pthread_mutex_unlock(&m->guard) == 0);
	return n;
}

usec_t mailbox_first(struct rehearsal_mailbox *m, size_t contact)
{
	usec_t first;

	must(pthread_mutex_lock(&m->guard) == 0);
	first = m->first[contact];
	must(pthread_mutex_unlock(&m->guard) == 0);
	return first;
}

const struct rehearsal_mail *mailbox_mails(
	const struct rehearsal_mailbox *m, size_t *ret_count)
{
	*ret_count = m->count;
	return m->mails;
}

const struct rehearsal_sample *mailbox_samples(
	const struct rehearsal_mailbox *m, size_t *ret_count)
{
	*ret_count = m->sample_count;
	return m->samples;
}
