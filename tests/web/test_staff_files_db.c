/* SPDX-License-Identifier: Apache-2.0 */
/* The files that programs fetch from the staff site, by key or by session. */
#include "staff_world.h"

/* ---- files for programs ---- */

#define KEY "Authorization: Bearer cle-ana\r\n"

struct writing {
	struct buf out;
	enum export_format format;
	bool begun;
};

static bool write_line(void *arg, const struct figure *figure, struct err *err)
{
	struct writing *w = arg;

	(void)err;
	export_row(&w->out, w->format, "e2023", figure, !w->begun);
	w->begun = true;
	return true;
}

static struct buf exported(enum export_format format)
{
	struct writing w = {.out = BUF_LIMIT(1 << 26), .format = format};
	struct buf whole = BUF_LIMIT(1 << 26);
	struct release_info info;

	ok(release_read(world.owner, "e2023", &info, write_line, &w, err));
	export_begin(&whole, format, "e2023", &info);
	buf_add(&whole, buf_str(&w.out));
	export_end(&whole, format, &info);
	buf_release(&w.out);
	return whole;
}

static void assert_download(
	const char *target, enum export_format format, const char *type, const char *file)
{
	REPLY r = ask("GET", target, KEY, "");
	REPLY head = ask("HEAD", target, KEY, "");
	SCOPED(buf_release) struct buf want = exported(format);

	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.head, type));
	assert_non_null(strstr(r.head, file));
	assert_int_equal(r.body_size, want.n);
	assert_memory_equal(r.body, want.p, want.n);
	assert_int_equal(head.status, 200);
	assert_int_equal(head.body_size, 0);
}

static void downloads_are_the_bytes_of_the_export(void **state)
{
	(void)state;
	assert_download("/api/v1/editions/e2023/tables.csv", EXPORT_CSV,
		"Content-Type: text/csv",
		"Content-Disposition: attachment; filename=\"barometre-e2023-v1.csv\"\r\n");
	assert_download("/api/v1/editions/e2023/tables.json", EXPORT_JSON,
		"Content-Type: application/json\r\n",
		"filename=\"barometre-e2023-v1.json\"\r\n");
}

static void a_file_that_is_known_is_not_sent_again(void **state)
{
	REPLY first = ask("GET", "/api/v1/editions/e2023/tables.csv", KEY, "");
	SCOPED(free_char) char *etag = between(first.head, "ETag: ", "\r\n");
	SCOPED(free_char)
	char *headers = x_printf(KEY "If-None-Match: \"autre\", W/%s\r\n", etag);
	REPLY again = ask("GET", "/api/v1/editions/e2023/tables.csv", headers, "");

	(void)state;
	assert_int_equal(again.status, 304);
	assert_int_equal(again.body_size, 0);
	assert_int_equal(
		status_of("GET", "/api/v1/editions/e2023/tables.json", headers, ""), 200);
	assert_int_equal(status_of("GET", "/api/v1/editions/e2023/tables.csv",
				 KEY "If-None-Match: \"autre\"\r\n", ""),
		200);
}

static void assert_problem(const char *target, const char *headers, int status)
{
	REPLY r = ask("GET", target, headers, "");
	json_t *problem = json_loads(r.body, 0, NULL);

	assert_int_equal(r.status, status);
	assert_non_null(strstr(r.head, "Content-Type: application/problem+json\r\n"));
	assert_int_equal(json_integer_value(json_object_get(problem, "status")), status);
	assert_true(json_is_string(json_object_get(problem, "title")));
	if (status == 401)
		assert_non_null(strstr(r.head, "WWW-Authenticate: Bearer"));
	json_decref(problem);
}

static void errors_for_programs_are_problem_details(void **state)
{
	SESSION cookie = session_of("ada");
	SCOPED(free_char)
	char *both = x_printf("%sAuthorization: Bearer fausse\r\n", cookie);

	(void)state;
	assert_problem("/api/v1/editions/e2023/tables.csv", "", 401);
	assert_problem("/api/v1/editions/e2023/tables.csv",
		"Authorization: Bearer fausse\r\n", 401);
	assert_problem("/api/v1/editions/e2023/tables.csv",
		"Authorization: Basic YWRhOng=\r\n", 401);
	assert_problem("/api/v1/editions/e2023/tables.csv", both,
		401); /* a wrong key is not helped by a session */
	assert_problem("/api/v1/editions/e2023/tables.csv",
		"Cookie: barometre-staff=AAAA\r\n", 401);
	assert_problem("/api/v1/editions/e2023/tables.csv",
		"Authorization: Bearer cle-cod\r\n", 403);
	assert_problem("/api/v1/editions/inconnue/tables.json", KEY, 404);
	assert_problem("/api/v1/editions/e2026/tables.json", KEY, 404);
	assert_problem("/api/v1/rien", KEY, 404);
	assert_int_equal(status_of("GET", "/api/v1/editions/e2023/tables.csv",
				 "Authorization: bearer cle-ana\r\n", ""),
		200);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(downloads_are_the_bytes_of_the_export),
		cmocka_unit_test(a_file_that_is_known_is_not_sent_again),
		cmocka_unit_test(errors_for_programs_are_problem_details),
	};

	return cmocka_run_group_tests(all, begin, end);
}
