/* SPDX-License-Identifier: Apache-2.0 */
/* The staff site: a targeted mailing before and after it is made, the contact list as numbers, a bounce that is lifted. */
#include "form_errors.h"

static char *admin, *token;

/* 40 patients of 31, 30 of 32, 3 of 09; the associations of staff_world.h have no department. */
static int begin_contacts(void **state)
{
	(void)begin(state);
	make_contacts("e2026", "patients", 200, 73);
	run(world.owner,
		"UPDATE barometre.contact c SET department = CASE WHEN n <= 40 THEN '31' WHEN n <= 70 THEN '32' ELSE '09' END,"
		" type = CASE WHEN n % 2 = 0 THEN 'Maison \"A\"' ELSE 'Réseau' END"
		" FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM barometre.contact"
		"  WHERE edition = 'e2026' AND audience = 'patients'"
		"  AND id NOT IN (SELECT contact FROM barometre.delivery)) k WHERE k.id = c.id");
	admin = session_of("ada");
	token = token_of(admin);
	return 0;
}

static int end_contacts(void **state)
{
	free(admin);
	free(token);
	return end(state);
}

static struct reply post_as(const char *cookie, const char *csrf, const char *fields)
{
	SCOPED(free_char) char *body = x_printf("csrf=%s&%s", csrf, fields);

	return ask("POST", "/mailings/new?edition=e2026", cookie, body);
}

static struct reply post(const char *fields)
{
	return post_as(admin, token, fields);
}

static int64_t targeted(void)
{
	return number(world.owner,
		"SELECT count(*) AS n FROM barometre.mailing WHERE kind = 'targeted'");
}

static int64_t lines(void)
{
	return number(world.owner,
		"SELECT count(*) AS n FROM barometre.journal WHERE action <> 'login'");
}

/* Fields of a mailing to so many departments, from tomorrow to the day before the edition closes. */
static char *fields_of(const char *doing, const char *population)
{
	SCOPED(free_char)
	char *days = text_of(world.owner,
		"SELECT to_char(now() + interval '2 d', 'DD\"%2F\"MM\"%2F\"YYYY') || '&until=' || to_char(closes - interval '2 d', 'YYYY-MM-DD') AS t"
		" FROM barometre.edition WHERE code = 'e2026'");

	return x_printf(
		"do=%s&titre=Rappel+%%3Cpatients%%3E&recu=anything&seuil=60+%%25&due=%s&%s",
		doing, days, population);
}

#define WIDE "public=patients&departement=31&departement=32"

static void the_form_offers_the_groups_of_the_list(void **state)
{
	REPLY r = ask("GET", "/mailings/new?edition=e2026", admin, "");

	(void)state;
	assert_int_equal(r.status, 200);
	assert_has(&r, "value=\"31\"> <span>31 <span class=\"soft\">(40)");
	assert_has(&r, "value=\"09\"> <span>09 <span class=\"soft\">(3)");
	assert_has(&r, "value=\"Maison &quot;A&quot;\"");
	assert_null(strstr(r.body, "name=\"departement\" value=\"\""));
	assert_null(strstr(r.body, "{{"));
}

static void a_targeted_mailing_is_shown_then_made(void **state)
{
	SCOPED(free_char) char *preview = fields_of("preview", WIDE);
	SCOPED(free_char)
	char *create = fields_of(
		"create", WIDE "&id=22222222-2222-4222-8222-222222222222");
	int64_t before = lines();

	(void)state;
	{
		REPLY r = post(preview);

		assert_int_equal(r.status, 200);
		assert_has(&r, "Cet envoi irait à 70 sur 86");
		assert_has(&r, "Sont d’un autre public");
		assert_has(&r, "name=\"departement\" value=\"32\"");
		assert_has(&r, "value=\"Rappel &lt;patients&gt;\"");
		assert_has(&r, "Prévoir cet envoi");
	}
	/* Nothing is made, nor written down. */
	assert_int_equal(targeted(), 0);
	assert_int_equal(lines(), before);
	for (int i = 0; i < 2; i++) { /* a second click */
		REPLY r = post(create);

		assert_int_equal(r.status, 303);
		assert_non_null(strstr(r.head,
			"Location: /mailings/22222222-2222-4222-8222-222222222222?fait=cree\r\n"));
	}
	assert_int_equal(targeted(), 1);
	assert_int_equal(lines(), before + 1);
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.mailing WHERE title = 'Rappel <patients>' AND audience = 'patients'"
			" AND departments = '{31,32}' AND types = '{}' AND received = 'anything' AND stop_at_percent = 60"
			" AND (due AT TIME ZONE 'Europe/Paris')::time = '09:00' AND (not_after AT TIME ZONE 'Europe/Paris')::time = '18:00'"),
		1);
	{
		REPLY one = ask("GET", "/mailings/22222222-2222-4222-8222-222222222222",
			admin, "");
		REPLY plan = ask("GET", "/mailings?edition=e2026", admin, "");
		REPLY board = ask("GET", "/audit", admin, "");

		assert_has(&one, "Rappel &lt;patients&gt;");
		assert_has(&one, "il irait à 70 sur 86");
		assert_has(&one,
			"/letters/targeted?mailing=22222222-2222-4222-8222-222222222222");
		assert_has(&one, "60\u202f% de réponses");
		assert_has(&plan, " des départements 31 et 32.");
		assert_has(&board, "e2026, envoi ciblé, patients");
	}
}

static void too_narrow_a_choice_is_refused(void **state)
{
	SCOPED(free_char)
	char *narrow = fields_of("preview", "public=patients&departement=09");
	SCOPED(free_char)
	char *made = fields_of("create", "public=patients&departement=09");
	SCOPED(free_char)
	char *nobody = fields_of("preview", "public=associations&departement=31");
	int64_t before = targeted();
	REPLY r = post(narrow);
	REPLY c = post(made);
	REPLY n = post(nobody);

	(void)state;
	assert_int_equal(r.status, 422);
	assert_has(&r, "Ce choix vise 3 contacts, sous le seuil de 11");
	assert_int_equal(errors_lead_to_their_fields(&r), 1);
	assert_has(&r, "value=\"09\" checked");
	assert_null(strstr(r.body, "Ont déjà répondu"));
	assert_int_equal(c.status, 422);
	assert_int_equal(n.status, 422);
	assert_int_equal(targeted(), before);
}

static void what_was_typed_stays_beside_what_is_wrong(void **state)
{
	static const struct {
		const char *fields, *problem, *kept;
	} table[] = {
		{"titre=&recu=anything&due=2027-01-01&until=2027-01-02", "Donnez un nom",
			"value=\"2027-01-02\""},
		{"titre=A&recu=anything&due=32%2F01%2F2027&until=2027-01-02",
			"Écrivez le jour du départ", "value=\"32/01/2027\""},
		{"titre=A&recu=anything&due=2027-01-01&until=&", "Écrivez la date limite",
			"value=\"A\""},
		{"titre=A&recu=anything&due=2020-01-01&until=2020-01-02",
			"pas encore ouverte ce jour-là", "value=\"2020-01-01\""},
		{"titre=A&recu=anything&due=2090-01-01&until=2090-01-02",
			"vient après la clôture", "value=\"2090-01-02\""},
		{"titre=A&recu=anything&due=2027-01-02&until=2027-01-02&seuil=120",
			"nombre entre 1 et 100", "value=\"120\""},
		{"titre=A&recu=tout&due=2027-01-02&until=2027-01-02",
			"Choisissez une réponse", "value=\"A\""},
		{"titre=A&public=autre&recu=anything&due=2027-01-02&until=2027-01-02",
			"Choisissez un public", "value=\"A\""},
	};
	int64_t before = targeted();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED(free_char)
		char *create = x_printf("%s&do=create", table[i].fields);
		REPLY r = post(table[i].fields);
		REPLY c = post(create);

		assert_int_equal(r.status, 422);
		assert_has(&r, table[i].problem);
		assert_has(&r, table[i].kept);
		assert_true(errors_lead_to_their_fields(&r) > 0);
		assert_int_equal(c.status, 422);
	}
	{
		REPLY all = post(
			"titre=&public=autre&recu=tout&due=32&until=33&seuil=120&do=create");

		assert_int_equal(all.status, 422);
		assert_int_equal(errors_lead_to_their_fields(&all), 6);
	}
	assert_int_equal(targeted(), before);
}

static void only_an_administrator_makes_mailings(void **state)
{
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *ana_token = token_of(ana);
	SCOPED(free_char) char *create = fields_of("create", WIDE);
	int64_t before = targeted();
	REPLY role = post_as(ana, ana_token, create);
	REPLY no_token = post_as(admin, "", create);
	REPLY closed = ask("POST", "/mailings/new?edition=e2025", admin, "csrf=");

	(void)state;
	assert_int_equal(role.status, 403);
	assert_int_equal(no_token.status, 403);
	assert_int_equal(closed.status, 403);
	assert_int_equal(targeted(), before);
}

/* ---- contacts ---- */

static void the_contact_list_is_shown_as_numbers(void **state)
{
	run(world.owner,
		"UPDATE barometre.contact SET bounced = '550 5.1.1' WHERE (edition, id) IN (SELECT edition, id FROM barometre.contact"
		" WHERE edition = 'e2026' AND department = '31' ORDER BY id LIMIT 4);"
		"UPDATE barometre.contact SET bounced = '5.2.2' WHERE (edition, id) IN (SELECT edition, id FROM barometre.contact"
		" WHERE edition = 'e2026' AND department = '32' ORDER BY id LIMIT 1);"
		"UPDATE barometre.contact SET objected = true WHERE (edition, id) IN (SELECT edition, id FROM barometre.contact"
		" WHERE edition = 'e2026' AND department = '09' ORDER BY id LIMIT 1);"
		"UPDATE barometre.invitation SET done = true WHERE (edition, contact) IN (SELECT edition, id FROM barometre.contact"
		" WHERE edition = 'e2026' AND department = '09')");
	{
		REPLY r = ask("GET", "/contacts?edition=e2026", admin, "");
		SCOPED(free_char)
		char *departments = between(r.body, "id=\"departements\"", "</section>");
		REPLY board = ask("GET", "/?edition=e2026", admin, "");

		(void)state;
		assert_int_equal(r.status, 200);
		assert_has(&r, "adresse inconnue (5.1.1)\u202f: 4");
		assert_has(&r, "boîte pleine (5.2.2)\u202f: 1");
		assert_has(&r,
			"<th scope=\"row\">Ensemble</th><td data-label=\"Contacts\">86</td>");
		assert_has(&r, "data-label=\"Ont répondu\">5</td>");
		/* Never by department: all three of 09 have answered, and their row must not say so. */
		assert_null(strstr(departments, "répondu"));
		assert_non_null(strstr(departments,
			"<th scope=\"row\">09</th><td data-label=\"Contacts\">3</td><td data-label=\"Pas encore contactés\">2</td><td data-label=\"Contactés\">0</td>"
			"<td data-label=\"Oppositions\">1</td><td data-label=\"Adresses en erreur\">0</td>"));
		assert_null(strstr(r.body, "{{"));
		assert_has(&board, "5 adresses sont en erreur");
	}
}

static int64_t wrong_addresses(void)
{
	return number(world.owner,
		"SELECT count(bounced) AS n FROM barometre.contact WHERE edition = 'e2026'");
}

static int lift_status(const char *cookie, const char *csrf, const char *contact)
{
	SCOPED(free_char) char *body = x_printf("csrf=%s&contact=%s", csrf, contact);

	return status_of("POST", "/contacts/lift?edition=e2026", cookie, body);
}

static void a_wrong_bounce_is_lifted(void **state)
{
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *ana_token = token_of(ana);
	SCOPED(free_char)
	char *contact = text_of(world.owner,
		"SELECT left(id::text, 6) AS t FROM barometre.contact WHERE bounced = '5.2.2'");
	SCOPED(free_char)
	char *well = text_of(world.owner,
		"SELECT left(id::text, 6) AS t FROM barometre.contact WHERE edition = 'e2026' AND bounced IS NULL ORDER BY id LIMIT 1");

	(void)state;
	assert_int_equal(wrong_addresses(), 5);
	assert_int_equal(lift_status(ana, ana_token, contact), 403);
	assert_int_equal(lift_status(admin, "x", contact), 403);
	assert_int_equal(lift_status(admin, token, "abc"), 422);
	assert_int_equal(lift_status(admin, token, "%25%25%25%25%25%25"), 422);
	assert_int_equal(lift_status(admin, token, well), 422);
	assert_int_equal(wrong_addresses(), 5);
	assert_int_equal(lift_status(admin, token, contact), 303);
	assert_int_equal(wrong_addresses(), 4);
	assert_int_equal(lift_status(admin, token, contact), 422);
	{
		REPLY lines_of = ask("GET", "/audit", admin, "");

		assert_has(&lines_of, "erreur d’adresse levée");
	}
}

/* Typed here, opened by the mailer alone; in no page, no table and no journal. */
static void an_objection_goes_to_the_mailer_sealed(void **state)
{
	SESSION ana = session_of("ana");
	SCOPED(free_char) char *ana_token = token_of(ana);
	SCOPED(free_char)
	char *right = x_printf(
		"csrf=%s&id=33333333-3333-4333-8333-333333333333&adresse=+Jeanne.Martin%%40Exemple.fr+",
		token);
	SCOPED(free_char)
	char *broken = x_printf("csrf=%s&adresse=jeanne.martin%%40", token);
	SCOPED(free_char)
	char *role = x_printf("csrf=%s&adresse=jeanne%%40exemple.fr", ana_token);
	SCOPED(buf_release) struct buf box = BUF_LIMIT(4096);
	SCOPED(buf_release) struct buf plain = BUF_LIMIT(4096);
	struct sql get = {"test", "SELECT address_box FROM barometre.objection_request"};
	SCOPED(db_rows_drop) struct db_rows *rows = NULL;

	(void)state;
	assert_int_equal(status_of("POST", "/contacts/object", ana, role), 403);
	assert_int_equal(
		status_of("POST", "/contacts/object", admin, "csrf=x&adresse=a%40b.fr"),
		403);
	{
		REPLY r = ask("POST", "/contacts/object", admin, broken);

		assert_int_equal(r.status, 422);
		assert_has(&r, "Ce n’est pas une adresse");
		assert_null(strstr(r.body, "jeanne.martin@"));
	}
	assert_int_equal(number(world.owner,
				 "SELECT count(*) AS n FROM barometre.objection_request"),
		0);
	for (int i = 0; i < 2; i++) { /* a second click */
		REPLY r = ask("POST", "/contacts/object", admin, right);

		assert_int_equal(r.status, 303);
		assert_null(strstr(r.head, "artin"));
	}
	ok(db_run(world.owner, &get, NULL, &rows, err));
	assert_int_equal(db_count(rows), 1);
	assert_true(db_get_bytes(rows, 0, "address_box", &box));
	ok(box_open(&plain, &sealed_to, &opened_with, buf_str(&box), err));
	assert_non_null(strstr(buf_str(&plain).p, "@exemple.fr"));
	{
		REPLY r = ask("GET", "/contacts/object?fait=oui", admin, "");

		assert_has(&r, "C’est noté");
		assert_has(&r, "en attente");
		assert_null(strstr(r.body, "artin"));
	}
	assert_int_equal(
		number(world.owner,
			"SELECT count(*) AS n FROM barometre.journal WHERE detail ILIKE '%martin%'"),
		0);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(the_form_offers_the_groups_of_the_list),
		cmocka_unit_test(a_targeted_mailing_is_shown_then_made),
		cmocka_unit_test(too_narrow_a_choice_is_refused),
		cmocka_unit_test(what_was_typed_stays_beside_what_is_wrong),
		cmocka_unit_test(only_an_administrator_makes_mailings),
		cmocka_unit_test(the_contact_list_is_shown_as_numbers),
		cmocka_unit_test(a_wrong_bounce_is_lifted),
		cmocka_unit_test(an_objection_goes_to_the_mailer_sealed),
	};

	return cmocka_run_group_tests(all, begin_contacts, end_contacts);
}
