/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objection link: link scanners of mail programs open it as often as they like and nothing changes; one POST without a cookie, as mail
 * programs send it (RFC 8058 section 3.1), or the button of the page, is an objection.
 */
#include "respond_rig.h"

static char target[64], other[64];

static struct hash32 stop_of(int contact, char out[64])
{
	struct id16 id = id_of("stop id", contact);
	char text[27];

	base32_write(text, id.b, sizeof(id.b));
	(void)snprintf(out, 64, "/stop/%s", text);
	return hash_plain((struct str){(const char *)id.b, sizeof(id.b)});
}

static void set_stop(int contact, char out[64])
{
	struct hash32 hash = stop_of(contact, out);
	struct id16 id = id_of("contact", contact);
	static const struct sql change = {"test",
		"UPDATE barometre.contact SET stop_hash = $2 WHERE id = $1::uuid"};
	struct db_params params = {0};

	db_uuid(&params, &id);
	db_bytes(&params, hash.b, sizeof(hash.b));
	ok(db_run(world.owner, &change, &params, NULL, err));
}

static int begin_stop(void **state)
{
	int status = begin(state);

	make_contacts("e2026", "associations", 1, 3);
	set_stop(1, target);
	set_stop(2, other);
	return status;
}

/* Every row of people and objections, with the transaction that wrote it last. */
static char *everything(void)
{
	return text_of(world.owner,
		"SELECT coalesce((SELECT string_agg(concat(c.xmin, c), ';' ORDER BY c.id) FROM barometre.contact c), '')"
		" || coalesce((SELECT string_agg(concat(o.xmin, o), ';') FROM barometre.objection o), '')"
		" || coalesce((SELECT string_agg(concat(j.xmin, j), ';') FROM barometre.journal j), '') AS t");
}

static int64_t objecting(void)
{
	return number(world.owner,
		"SELECT count(*) AS n FROM barometre.contact WHERE objected");
}

static void a_hundred_gets_change_nothing(void **state)
{
	SCOPED(free_char) char *before = everything();

	(void)state;
	for (int i = 0; i < 100; i++) {
		SCOPED(free_char)
		char *reply = ask(i % 10 == 9 ? "HEAD" : "GET", target, "", "");
		has_status(reply, "200");
		assert_null(strstr(reply, "Set-Cookie"));
	}
	/* With what a scanner may put behind it. */
	SCOPED(free_char)
	char *with_query = x_printf("%s?List-Unsubscribe=One-Click", target);
	SCOPED(free_char) char *reply = ask("GET", with_query, "", "");
	has_status(reply, "200");
	assert_non_null(strstr(reply, "method=\"post\""));
	SCOPED(free_char) char *after = everything();
	assert_string_equal(before, after);
	assert_int_equal(objecting(), 0);
}

static void one_post_without_a_cookie_is_an_objection(void **state)
{
	(void)state;
	SCOPED(free_char)
	char *reply = ask_site(site, public_site_handle, "POST", target, "",
		"List-Unsubscribe=One-Click");
	has_status(reply, "200");
	assert_int_equal(objecting(), 1);
	assert_int_equal(
		number(world.owner, "SELECT count(*) AS n FROM barometre.objection"), 1);
	/* Again: the same. */
	SCOPED(free_char)
	char *again = ask_site(site, public_site_handle, "POST", target, "",
		"List-Unsubscribe=One-Click");
	has_status(again, "200");
	assert_int_equal(objecting(), 1);
	/* The button of the page. */
	SCOPED(free_char) char *button = ask("POST", other, "", "");
	has_status(button, "200");
	assert_int_equal(objecting(), 2);
}

static void a_link_that_is_nobodys_changes_nothing(void **state)
{
	char unknown[64];

	(void)state;
	(void)stop_of(99, unknown);
	SCOPED(free_char) char *before = everything();
	SCOPED(free_char) char *reply = ask("POST", unknown, "", "");
	SCOPED(free_char) char *bad = ask("POST", "/stop/abc", "", "");
	SCOPED(free_char) char *after = everything();
	assert_true(reply[9] == '4' && bad[9] == '4');
	assert_string_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_gets_change_nothing),
		cmocka_unit_test(one_post_without_a_cookie_is_an_objection),
		cmocka_unit_test(a_link_that_is_nobodys_changes_nothing),
	};
	return cmocka_run_group_tests(tests, begin_stop, end);
}
