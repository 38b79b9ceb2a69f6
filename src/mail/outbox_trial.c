/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_trial.c - a letter to oneself (store/letter_store.h): at any hour, by the same relay, never counted in the ledger. */
#include "outbox_private.h"

static void on_recorded(void *arg, const struct err *err)
{
	struct outbox *o = arg;

	o->trial.call = NULL;
	o->trial.under_way = false;
	if (err)
		log_warning("mail.trial", F_ERR(err));
	outbox_check_drained(o);
}

static void record(struct outbox *o, enum letter_test_outcome outcome, int code)
{
	o->trial.call = letter_test_done(
		o->pool, &o->trial.id, outcome, code, on_recorded, o);
}

static void on_sent(void *arg, enum smtp_outcome outcome, int code, const char *reply)
{
	struct outbox *o = arg;

	(void)reply;
	switch (outcome) {
	case SMTP_SENT:
		record(o, LETTER_TEST_SENT, code);
		break;
	case SMTP_REFUSED:
		record(o, LETTER_TEST_REFUSED, code);
		break;
	case SMTP_UNKNOWN:
		record(o, LETTER_TEST_UNKNOWN, code);
		break;
	case SMTP_DEFERRED:
		if (outbox_blames_relay(code))
			outbox_relay_failed(o, code);
		record(o, LETTER_TEST_AGAIN, code);
		break;
	}
}

static const struct edition *find_edition(const struct outbox *o, struct str code)
{
	for (size_t i = 0; i < o->post_count; i++)
		if (str_eq_z(code, o->posts[i].edition->code))
			return o->posts[i].edition;
	return NULL;
}

static bool write_trial(struct outbox *o, const struct letter_test *test,
	struct buf *message, struct buf *to, struct err *err)
{
	const struct edition *edition = find_edition(o, test->edition);
	const struct edition_audience *audience = edition
		? edition_audience_find(edition, test->audience)
		: NULL;

	if (!audience)
		return err_set(err, ERR_MISSING,
			"a letter to oneself: no such edition here, or audience of it");
	return trial_letter_write(message, to, test,
		letters_find(&o->letters, edition->code, test->kind.p, test->audience.p,
			test->of_mailing ? &test->mailing : NULL),
		&o->options, edition, audience, err);
}

static void on_taken(void *arg, const struct letter_test *test, const struct err *err)
{
	struct outbox *o = arg;
	struct buf message = BUF_LIMIT(LETTER_BYTES), to = BUF_LIMIT(ADDRESS_BYTES);
	struct err why = {0};

	o->trial.call = NULL;
	if (err || !test) {
		if (err)
			log_warning("mail.trial", F_ERR(err));
		o->trial.under_way = false;
		outbox_check_drained(o);
		return;
	}
	o->trial.id = test->id;
	if (o->draining) {
		record(o, LETTER_TEST_AGAIN, 0);
	} else if (!write_trial(o, test, &message, &to, &why)) {
		log_error("mail.unwritable", F_ERR(&why));
		record(o, LETTER_TEST_REFUSED, 0);
	} else {
		smtp_send(o->smtp, o->options.from_address, buf_str(&to).p,
			buf_str(&message), on_sent, o);
	}
	buf_wipe(&message);
	buf_wipe(&to);
}

void outbox_trial(struct outbox *o)
{
	if (o->trial.under_way)
		return;
	o->trial.under_way = true;
	o->trial.call = letter_test_take(o->pool, o->options.now(), on_taken, o);
}
