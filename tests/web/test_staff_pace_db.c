/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 100,000 contacts: their invitation sent, their first reminder to be planned. Each page about mail is asked for and the time it takes
 * printed; none may take longer than PAGE_MS, or RATIO times what PostgreSQL needs at that moment to join and sort the list once, which
 * says how busy the machine is. When that alone takes BUSY_MS nothing can be said, and the test is skipped.
 */
#include "staff_world.h"

#define PEOPLE 100000
#define PAGE_MS 1000
#define RATIO 4
#define BUSY_MS 2000

static char *admin, *invitation, *reminder, *middle;

static int begin_pace(void **state)
{
	(void)begin(state);
	run(world.owner,
		"DELETE FROM barometre.delivery;"
		"INSERT INTO barometre.contact (edition, id, audience, address_box, address_hash, stop_hash, department, type)"
		" SELECT 'e2026', gen_random_uuid(), CASE WHEN i % 3 = 0 THEN 'associations' ELSE 'patients' END, '\\x00',"
		"  sha256(('a' || i)::bytea), sha256(('s' || i)::bytea), lpad((i % 96)::text, 2, '0'), 'type ' || i % 7"
		" FROM generate_series(1, 100000) i;"
		/* Else the checks of foreign keys go on with plans made for thirteen rows. */
		"ANALYZE barometre.contact;"
		"INSERT INTO barometre.invitation (edition, id, contact, audience, mac, done)"
		" SELECT edition, gen_random_uuid(), id, audience, sha256(address_hash), get_byte(address_hash, 0) < 50"
		" FROM barometre.contact WHERE edition = 'e2026' AND department <> '';"
		"ANALYZE barometre.invitation;"
		"INSERT INTO barometre.delivery (mailing, contact, edition, kind, state, code, queue_id, attempt, claimed_at, done_at)"
		" SELECT m.id, c.id, 'e2026', 'invitation', 'sent', 250, '2.0.0 Ok: queued as 4XyZ', 1, now(), now()"
		" FROM barometre.contact c JOIN barometre.mailing m ON m.edition = 'e2026' AND m.kind = 'invitation'"
		" WHERE c.edition = 'e2026' AND c.department <> '';"
		"UPDATE barometre.mailing SET state = 'finished' WHERE edition = 'e2026' AND kind = 'invitation'; ANALYZE");
	admin = session_of("ada");
	invitation = text_of(world.owner,
		"SELECT id::text AS t FROM barometre.mailing WHERE edition = 'e2026' AND kind = 'invitation'");
	reminder = text_of(world.owner,
		"SELECT id::text AS t FROM barometre.mailing WHERE edition = 'e2026' AND kind = 'relance1'");
	middle = text_of(world.owner,
		"SELECT contact::text AS t FROM barometre.delivery ORDER BY contact OFFSET 90000 LIMIT 1");
	return 0;
}

static int end_pace(void **state)
{
	free(admin);
	free(invitation);
	free(reminder);
	free(middle);
	return end(state);
}

static int64_t time_of(const char *target, const char *expected)
{
	usec_t since = clock_monotonic();
	REPLY r = ask("GET", target, admin, "");
	int64_t ms = (clock_monotonic() - since) / 1000;

	assert_int_equal(r.status, 200);
	assert_has(&r, expected);
	return ms;
}

static int64_t reference(void)
{
	usec_t since = clock_monotonic();
	int64_t n = number(world.owner,
		"SELECT count(DISTINCT (c.address_hash, v.mac)) AS n FROM barometre.contact c"
		" JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id WHERE c.edition = 'e2026'");

	assert_true(n > PEOPLE);
	return (clock_monotonic() - since) / 1000;
}

static void page(const char *what, const char *target, const char *expected)
{
	int64_t once = reference(), ms = time_of(target, expected);

	if (ms > PAGE_MS && ms > RATIO * once) {
		once = reference();
		ms = time_of(target, expected);
	}
	print_message("%-44s %6lld ms, %4.1f times the list once\n", what, (long long)ms,
		(double)ms / (double)(once > 0 ? once : 1));
	if (ms > PAGE_MS && ms > RATIO * once)
		fail_msg("%s: %lld ms", what, (long long)ms);
}

static void leave_when_busy(void)
{
	int64_t once = reference();

	if (once > BUSY_MS) {
		print_message(
			"the machine is too busy to say anything: the list once takes %lld ms\n",
			(long long)once);
		skip();
	}
}

static void page_of(
	const char *what, const char *mailing, const char *rest, const char *expected)
{
	SCOPED(free_char) char *target = x_printf("/mailings/%s%s", mailing, rest);

	page(what, target, expected);
}

static void no_page_is_slow(void **state)
{
	SCOPED(free_char) char *after = x_printf("?after=%s", middle);
	SCOPED(free_char) char *sent_after = x_printf("?state=sent&after=%s", middle);
	SCOPED(free_char) char *list_after = x_printf("?verdict=send&after=%s", middle);

	(void)state;
	leave_when_busy();
	page("the dashboard", "/?edition=e2026", "100\u202f000 invitations remises");
	page("the plan", "/mailings?edition=e2026",
		"<strong>100\u202f000 prévus</strong>");
	page("the contacts", "/contacts?edition=e2026", "100\u202f013");
	page("the form of a targeted mailing", "/mailings/new?edition=e2026", "type 6");
	page_of("a dry run", reminder, "", "Essai à blanc");
	page_of("a dry run, contact by contact", reminder, "?verdict=send",
		"Page suivante");
	page_of("a dry run, contact by contact, far on", reminder, list_after,
		"Page suivante");
	page_of("a ledger", invitation, "", "Page suivante");
	page_of("a ledger, far on", invitation, after, "Page suivante");
	page_of("a ledger, filtered, far on", invitation, sent_after, "Page suivante");
	page_of("a ledger, filtered by what nobody has", invitation, "?state=refused",
		"Aucune ligne");
}

static void a_plan_of_so_many_rows_is_written_and_shown(void **state)
{
	SCOPED(free_char)
	char *expand = x_printf("SELECT barometre.mailing_expand('%s') AS n", reminder);
	usec_t since;
	int64_t planned;

	(void)state;
	leave_when_busy();
	since = clock_monotonic();
	planned = number(world.owner, expand);
	print_message("%-44s %6lld ms, %lld rows\n", "a reminder planned",
		(long long)((clock_monotonic() - since) / 1000), (long long)planned);
	assert_in_range(planned, PEOPLE / 2, PEOPLE);
	page("the plan, with 100,000 and more rows", "/mailings?edition=e2026",
		"à envoyer");
	page_of("the ledger of what is planned", reminder, "?state=planned", "à envoyer");
	page("the dashboard", "/?edition=e2026", "en cours d’envoi");
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(no_page_is_slow),
		cmocka_unit_test(a_plan_of_so_many_rows_is_written_and_shown),
	};

	return cmocka_run_group_tests(all, begin_pace, end_pace);
}
