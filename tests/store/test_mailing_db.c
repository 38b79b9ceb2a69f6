/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/store/contact_store.h"
#include "barometre/store/mailing_store.h"
#include "support.h"

/* A moment inside the sending of the edition "mail". */
#define NOW ((usec_t)1800000000 * USEC_PER_SEC) /* 2027-01-15 */

static const char *const plan =
	"INSERT INTO barometre.mailing (id, edition, kind, received, due, not_after) VALUES"
	" (gen_random_uuid(), '%s', 'invitation', 'anything', '2027-01-01', '2027-02-01'),"
	" (gen_random_uuid(), '%s', 'relance1', 'invitation', '2027-01-02', '2027-02-01')";

struct office {
	struct loop *loop;
	struct db_pool *pool;
	struct waiting waiting;
	bool failed;
	int64_t count;
	struct mailing_end end;
	struct gate gate;
	struct mailing mailings[8];
	size_t mailing_count;
	struct id16 claimed[1000];
	size_t claimed_count;
	int64_t sequence; /* of the last claim */
};

static void on_gate(void *arg, const struct gate *gate, const struct err *err)
{
	struct office *o = arg;

	o->failed = err != NULL;
	o->gate = *gate;
	happened(&o->waiting);
}

/* Comes with a file that is right. */
static void office_begin(struct office *o)
{
	*o = (struct office){.loop = loop_new()};
	o->pool = db_pool_new(o->loop, world.conninfo, "barometre_mailer", 2);
	o->waiting.loop = o->loop;
	run(world.owner, "UPDATE barometre.mail_gate SET held = NULL, held_since = NULL");
	o->waiting.left = 1;
	(void)mail_gate_check(o->pool, NULL, NOW, on_gate, o);
	wait_for(&o->waiting);
	assert_false(o->failed);
	run(world.owner, "UPDATE barometre.mail_gate SET held = NULL, held_since = NULL");
}

static void on_end(void *arg, const struct mailing_end *end, const struct err *err)
{
	struct office *o = arg;

	o->failed = err != NULL;
	o->end = *end;
	o->count = end->left;
	happened(&o->waiting);
}

static void office_end(struct office *o)
{
	db_pool_free(o->pool);
	loop_free(o->loop);
}

static void on_mailings(
	void *arg, const struct mailing *list, size_t count, const struct err *err)
{
	struct office *o = arg;

	o->failed = err != NULL;
	assert_true(count <= COUNT_OF(o->mailings));
	o->mailing_count = count;
	for (size_t i = 0; i < count; i++)
		o->mailings[i] = list[i];
	happened(&o->waiting);
}

static void on_count(void *arg, int64_t count, const struct err *err)
{
	struct office *o = arg;

	o->failed = err != NULL;
	o->count = count;
	happened(&o->waiting);
}

static void on_deliveries(
	void *arg, const struct delivery *list, size_t count, const struct err *err)
{
	struct office *o = arg;

	o->failed = err != NULL;
	for (size_t i = 0; i < count; i++) {
		assert_true(str_eq(list[i].address_box, (struct str){"\0", 1}));
		assert_true(str_eq(list[i].audience, STR("patients")));
		o->claimed[o->claimed_count++] = list[i].contact;
		o->sequence = list[i].sequence;
	}
	happened(&o->waiting);
}

static void on_recorded(void *arg, const struct err *err)
{
	struct office *o = arg;

	o->failed = err != NULL;
	happened(&o->waiting);
}

#define wait_office(call) \
 do {                     \
  o.waiting.left = 1;     \
  (void)(call);           \
  wait_for(&o.waiting);   \
  assert_false(o.failed); \
 } while (0)

static int64_t deliveries(const char *edition, const char *kind, const char *state)
{
	char *text SCOPED(free_char) = x_printf(
		"SELECT count(*) AS n FROM barometre.delivery d JOIN barometre.mailing m"
		" ON m.id = d.mailing WHERE m.edition = '%s' AND m.kind = '%s'"
		" AND d.state || coalesce(':' || d.reason, '') = '%s'",
		edition, kind, state);
	return number(world.owner, text);
}

static void set_up(const char *edition, int first, int count)
{
	char *sql SCOPED(free_char) = NULL;

	make_edition(edition, "open");
	make_contacts(edition, "patients", first, count);
	struct buf text SCOPED(buf_release) = BUF_LIMIT(4000);
	for (const char *at = plan; *at; at++) {
		if (at[0] == '%' && at[1] == 's') {
			buf_puts(&text, edition);
			at++;
		} else {
			buf_addc(&text, *at);
		}
	}
	sql = buf_take(&text);
	run(world.owner, sql);
}

static void a_mailing_is_due_from_its_day_while_the_edition_is_open(void **state)
{
	struct office o;

	(void)state;
	set_up("mail", 0, 10);
	office_begin(&o);
	wait_office(mailings_due(o.pool, NOW - 15 * USEC_PER_DAY, on_mailings, &o));
	assert_int_equal(o.mailing_count, 0);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	assert_int_equal(o.mailing_count, 2);
	assert_string_equal(o.mailings[0].kind, "invitation");
	assert_string_equal(o.mailings[0].edition, "mail");
	assert_string_equal(o.mailings[0].state, "planned");
	assert_true(o.mailings[0].due < NOW && o.mailings[0].not_after > NOW);
	office_end(&o);
}

static void a_mailing_is_expanded_once(void **state)
{
	struct office o;

	(void)state;
	run(world.owner,
		"UPDATE barometre.contact SET objected = true WHERE edition = 'mail'"
		" AND id = (SELECT min(id::text)::uuid FROM barometre.contact"
		" WHERE edition = 'mail')");
	office_begin(&o);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	wait_office(mailing_expand(o.pool, &o.mailings[0], on_count, &o));
	assert_int_equal(o.count, 9);
	wait_office(mailing_expand(o.pool, &o.mailings[0], on_count, &o));
	assert_int_equal(o.count, 0);
	/* A relance goes to nobody whose invitation has not left. */
	wait_office(mailing_expand(o.pool, &o.mailings[1], on_count, &o));
	assert_int_equal(o.count, 0);
	office_end(&o);
}

static void who_answered_meanwhile_is_skipped_at_the_claim(void **state)
{
	struct office o;

	(void)state;
	run(world.owner,
		"UPDATE barometre.invitation v SET done = true WHERE edition = 'mail' AND"
		" contact = (SELECT min(contact::text)::uuid FROM barometre.delivery"
		" WHERE edition = 'mail');"
		"UPDATE barometre.contact SET bounced = '5.1.1' WHERE edition = 'mail' AND"
		" id = (SELECT max(contact::text)::uuid FROM barometre.delivery"
		" WHERE edition = 'mail')");
	office_begin(&o);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	wait_office(delivery_claim(
		o.pool, &o.mailings[0], NOW, 100, &o.gate.mark, on_deliveries, &o));
	assert_int_equal(o.claimed_count, 7);
	assert_int_equal(deliveries("mail", "invitation", "claimed"), 7);
	assert_int_equal(deliveries("mail", "invitation", "skipped:done"), 1);
	assert_int_equal(deliveries("mail", "invitation", "skipped:bounced"), 1);

	/* What becomes of the seven. */
	struct id16 *m = &o.mailings[0].id;
	wait_office(delivery_record(o.pool, m, &o.claimed[0], o.sequence, DELIVERY_SENT,
		250, "2.0.0 queued", 0, on_recorded, &o));
	wait_office(delivery_record(o.pool, m, &o.claimed[1], o.sequence,
		DELIVERY_REFUSED, 550, NULL, 0, on_recorded, &o));
	wait_office(delivery_record(o.pool, m, &o.claimed[2], o.sequence,
		DELIVERY_DEFERRED, 451, NULL, NOW + USEC_PER_HOUR, on_recorded, &o));
	wait_office(delivery_record(o.pool, m, &o.claimed[3], o.sequence,
		DELIVERY_RETURNED, 0, NULL, 0, on_recorded, &o));
	assert_int_equal(deliveries("mail", "invitation", "sent"), 1);
	assert_int_equal(deliveries("mail", "invitation", "refused"), 1);
	assert_int_equal(deliveries("mail", "invitation", "planned"), 2);
	/* A row that was recorded is not recorded again. */
	wait_office(delivery_record(o.pool, m, &o.claimed[0], o.sequence,
		DELIVERY_REFUSED, 550, NULL, 0, on_recorded, &o));
	assert_int_equal(deliveries("mail", "invitation", "refused"), 1);
	office_end(&o);
}

static void a_deferred_row_waits_and_a_returned_one_does_not(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	wait_office(delivery_claim(
		o.pool, &o.mailings[0], NOW, 100, &o.gate.mark, on_deliveries, &o));
	assert_int_equal(o.claimed_count, 1);
	assert_int_equal(
		number(world.owner,
			"SELECT max(attempt)::bigint AS n FROM barometre.delivery"),
		1);
	wait_office(delivery_claim(o.pool, &o.mailings[0], NOW + USEC_PER_HOUR, 100,
		&o.gate.mark, on_deliveries, &o));
	assert_int_equal(o.claimed_count, 2);
	assert_int_equal(
		number(world.owner,
			"SELECT max(attempt)::bigint AS n FROM barometre.delivery"),
		2);
	office_end(&o);
}

static void rows_of_a_dead_mailer_are_held_for_a_person(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	wait_office(mailing_finish(o.pool, &o.mailings[0], NOW, on_end, &o));
	assert_int_equal(o.count, 5);
	wait_office(mailing_recover(o.pool, NOW, USEC_PER_HOUR, on_count, &o));
	assert_int_equal(o.count, 0);
	wait_office(mailing_recover(
		o.pool, NOW + 3 * USEC_PER_HOUR, USEC_PER_HOUR, on_count, &o));
	assert_int_equal(o.count, 5);
	wait_office(delivery_claim(o.pool, &o.mailings[0], NOW + USEC_PER_DAY, 100,
		&o.gate.mark, on_deliveries, &o));
	assert_int_equal(o.claimed_count, 0);
	wait_office(mailing_finish(o.pool, &o.mailings[0], NOW, on_end, &o));
	assert_int_equal(o.count, 0);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	assert_int_equal(o.mailing_count, 1); /* the relance is left */
	/* M3: planned = sent + refused + skipped + unknown. */
	assert_int_equal(deliveries("mail", "invitation", "sent") +
			deliveries("mail", "invitation", "refused") +
			deliveries("mail", "invitation", "skipped:done") +
			deliveries("mail", "invitation", "skipped:bounced") +
			deliveries("mail", "invitation", "unknown"),
		9);
	/* The relance: the one whose invitation left. */
	wait_office(mailing_expand(o.pool, &o.mailings[0], on_count, &o));
	assert_int_equal(o.count, 1);
	office_end(&o);
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id16));
}

static void two_claimers_never_get_the_same_row(void **state)
{
	enum {
		PEOPLE = 300,
		LOT = 7
	};
	struct office o;

	(void)state;
	set_up("twice", 1000, PEOPLE);
	office_begin(&o);
	struct db_pool *other = db_pool_new(
		o.loop, world.conninfo, "barometre_mailer", 2);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	size_t at = o.mailings[0].edition[0] == 't' ? 0 : 1;
	while (!str_eq_z(STR("twice"), o.mailings[at].edition) ||
		!str_eq_z(STR("invitation"), o.mailings[at].kind))
		at++;
	wait_office(mailing_expand(o.pool, &o.mailings[at], on_count, &o));
	assert_int_equal(o.count, PEOPLE);
	for (size_t before = 1; before != o.claimed_count;) {
		before = o.claimed_count;
		o.waiting.left = 6;
		for (int i = 0; i < 6; i++)
			(void)delivery_claim(i % 2 ? other : o.pool, &o.mailings[at], NOW,
				LOT, &o.gate.mark, on_deliveries, &o);
		wait_for(&o.waiting);
	}
	assert_int_equal(o.claimed_count, PEOPLE);
	qsort(o.claimed, PEOPLE, sizeof(o.claimed[0]), compare_ids);
	for (size_t i = 1; i < PEOPLE; i++)
		assert_true(compare_ids(&o.claimed[i - 1], &o.claimed[i]) < 0);
	db_pool_free(other);
	office_end(&o);
}

static void too_late_is_held_and_closed_is_not_claimed(void **state)
{
	struct office o;

	(void)state;
	set_up("late", 2000, 4);
	office_begin(&o);
	run(world.owner,
		"UPDATE barometre.mailing SET state = 'finished' WHERE edition <> 'late'");
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	struct mailing mailing = o.mailings[0];
	wait_office(mailing_expand(o.pool, &mailing, on_count, &o));
	usec_t past = NOW + 60 * USEC_PER_DAY;
	wait_office(delivery_claim(
		o.pool, &mailing, past, 1, &o.gate.mark, on_deliveries, &o));
	assert_int_equal(o.claimed_count, 0);
	/* A person decides what becomes of those who were left. */
	wait_office(mailing_hold_late(o.pool, &mailing, NOW, on_count, &o));
	assert_int_equal(o.count, 0);
	wait_office(mailing_hold_late(o.pool, &mailing, past, on_count, &o));
	assert_int_equal(o.count, 1);
	assert_int_equal(deliveries("late", "invitation", "planned"), 4);
	wait_office(mailings_due(o.pool, past, on_mailings, &o));
	assert_int_equal(
		o.mailing_count, 1); /* the relance, planned and past its end too */
	wait_office(mailing_hold_late(o.pool, &o.mailings[0], past, on_count, &o));
	assert_int_equal(o.count, 1);
	wait_office(mailings_due(o.pool, past, on_mailings, &o));
	assert_int_equal(o.mailing_count, 0);
	run(world.owner,
		"UPDATE barometre.mailing SET state = 'sending' WHERE state = 'held'");
	wait_office(delivery_claim(
		o.pool, &mailing, NOW, 1, &o.gate.mark, on_deliveries, &o));
	assert_int_equal(o.claimed_count, 1);
	run(world.owner, "SELECT barometre.edition_close('late')");
	assert_int_equal(deliveries("late", "invitation", "skipped:closed"), 3);
	wait_office(delivery_claim(
		o.pool, &mailing, NOW, 9, &o.gate.mark, on_deliveries, &o));
	assert_int_equal(o.claimed_count, 1);
	/* Deferred after the closing: it will not leave any more. */
	wait_office(delivery_record(o.pool, &mailing.id, &o.claimed[0], o.sequence,
		DELIVERY_DEFERRED, 451, NULL, NOW, on_recorded, &o));
	assert_int_equal(deliveries("late", "invitation", "skipped:closed"), 4);
	wait_office(mailings_due(o.pool, NOW, on_mailings, &o));
	assert_int_equal(o.mailing_count, 0);
	office_end(&o);
}

/* Imported when the invitations have left: they join the same mailing, nobody else is written to again. */
static void who_comes_late_is_invited_and_nobody_twice(void **state)
{
	struct contacts_result result;
	struct new_contact late = {.audience = "patients",
		.department = "",
		.type = "",
		.contact = id_of("contact", 9001),
		.invitation = id_of("invitation", 9001),
		.address_box = {"\0", 1},
		.address_hash = hash_of("address", 9001),
		.mac = hash_of("mac", 9001),
		.stop_hash = hash_of("stop", 9001)};

	(void)state;
	make_edition("after", "open");
	make_contacts("after", "patients", 9100, 3);
	run(world.owner,
		"INSERT INTO barometre.mailing (id, edition, kind, due, not_after) VALUES"
		" (gen_random_uuid(), 'after', 'invitation', '2026-01-01', '2036-01-01');"
		"SELECT barometre.mailing_expand(id) FROM barometre.mailing"
		" WHERE edition = 'after';"
		"UPDATE barometre.delivery SET state = 'sent' WHERE edition = 'after';"
		"UPDATE barometre.mailing SET state = 'finished' WHERE edition = 'after'");
	ok(contacts_add(world.owner, "after", &late, 1, &result, err));
	assert_int_equal(result.added, 1);
	assert_int_equal(result.uninvited, 0);
	/* A mailer that was just ending with those of before does not end the mailing. */
	run(world.owner,
		"SELECT FROM barometre.mailing CROSS JOIN LATERAL barometre.mailing_finish(id, now()) WHERE edition = 'after'");
	run(world.owner,
		"SELECT barometre.mailing_expand(id) FROM barometre.mailing"
		" WHERE edition = 'after' AND state = 'planned'");
	assert_int_equal(number(world.owner,
				 "SELECT count(*) AS n FROM barometre.delivery"
				 " WHERE edition = 'after'"),
		4);
	assert_int_equal(number(world.owner,
				 "SELECT count(*) AS n FROM barometre.delivery"
				 " WHERE edition = 'after' AND state = 'planned'"),
		1);
	/* Where none is to come, whoever imports is told. */
	run(world.owner,
		"UPDATE barometre.mailing SET state = 'held' WHERE edition = 'after'");
	late.address_hash = hash_of("address", 9002);
	late.stop_hash = hash_of("stop", 9002);
	late.contact = random_uuid();
	late.invitation = random_uuid();
	late.mac = hash_of("mac", 9002);
	ok(contacts_add(world.owner, "after", &late, 1, &result, err));
	assert_int_equal(result.added, 1);
	assert_int_equal(result.uninvited, 1);
	run(world.owner,
		"UPDATE barometre.edition SET state = 'closed' WHERE code = 'after'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mailing_is_due_from_its_day_while_the_edition_is_open),
		cmocka_unit_test(a_mailing_is_expanded_once),
		cmocka_unit_test(who_answered_meanwhile_is_skipped_at_the_claim),
		cmocka_unit_test(a_deferred_row_waits_and_a_returned_one_does_not),
		cmocka_unit_test(rows_of_a_dead_mailer_are_held_for_a_person),
		cmocka_unit_test(two_claimers_never_get_the_same_row),
		cmocka_unit_test(who_comes_late_is_invited_and_nobody_twice),
		cmocka_unit_test(too_late_is_held_and_closed_is_not_claimed),
	};
	return cmocka_run_group_tests(tests, world_begin, world_end);
}
