/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of dns.h, against a name server that answers what it is told; and replies that nobody would send. */
#include "../support/names.h"
#include "barometre/base/clock.h"
#include "barometre/base/dns.h"

static const char *const zone[] = {
	"a.example.org A 192.0.2.7",
	"a.example.org AAAA 2001:db8::7",
	"example.org MX 20 second.example.org",
	"example.org MX 10 first.example.org",
	"example.org MX 30 third.example.org",
	"nomail.example.org MX 0 .",
	"example.org TXT v=spf1 a:a.|example.org -all",
	"example.org TXT another",
	"odd.example.org TXT caf%c3%a9%00%1b[2J",
	"7.2.0.192.in-addr.arpa PTR a.example.org",
	"7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR six.example.org",
	"broken.example.org SERVFAIL",
	"s1._domainkey.example.org TXT v=DKIM1; p=abc",
	NULL,
};
static struct names names;
static struct dns *dns;

static int begin(void **state)
{
	struct err err = {0};

	(void)state;
	names = names_start(zone);
	dns = dns_new(names.server, 1, &err);
	return dns ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	dns_free(dns);
	names_stop(&names);
	return 0;
}

static void want(const char *name, enum dns_type type, const char *const *texts)
{
	struct dns_records found = {0};
	size_t n = 0;

	assert_int_equal(dns_ask(dns, name, type, &found), DNS_FOUND);
	for (; texts[n]; n++) {
		assert_true(n < found.count);
		assert_string_equal(found.list[n], texts[n]);
	}
	assert_int_equal(found.count, n);
	dns_records_release(&found);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void records_are_read(void **state)
{
	struct dns_records found = {0};

	(void)state;
	want("a.example.org", DNS_A, TEXTS("192.0.2.7"));
	want("a.example.org", DNS_AAAA, TEXTS("2001:db8::7"));
	want("example.org", DNS_MX,
		TEXTS("first.example.org", "second.example.org", "third.example.org"));
	want("nomail.example.org", DNS_MX, TEXTS(""));
	want("example.org", DNS_TXT, TEXTS("v=spf1 a:a.example.org -all", "another"));
	want("odd.example.org", DNS_TXT, TEXTS("caf????[2J"));
	assert_int_equal(dns_ask_address(dns, "192.0.2.7", &found), DNS_FOUND);
	assert_string_equal(found.list[0], "a.example.org");
	assert_int_equal(dns_ask_address(dns, "2001:db8::7", &found), DNS_FOUND);
	assert_string_equal(found.list[0], "six.example.org");
	dns_records_release(&found);
}

static void nothing_is_not_silence(void **state)
{
	struct dns_records found = {0};

	(void)state;
	assert_int_equal(dns_ask(dns, "none.example.org", DNS_TXT, &found), DNS_NO_NAME);
	assert_int_equal(dns_ask(dns, "a.example.org", DNS_TXT, &found), DNS_NO_RECORD);
	/* Above a name there is one. */
	assert_int_equal(
		dns_ask(dns, "_domainkey.example.org", DNS_TXT, &found), DNS_NO_RECORD);
	assert_int_equal(dns_ask(dns, "broken.example.org", DNS_TXT, &found), DNS_SILENT);
	/* That one name is broken says nothing of the others. */
	assert_int_equal(dns_ask(dns, "a.example.org", DNS_A, &found), DNS_FOUND);
	assert_int_equal(dns_ask(dns, "", DNS_A, &found), DNS_NO_NAME);
	assert_int_equal(dns_ask_address(dns, "no address", &found), DNS_NO_NAME);
	dns_records_release(&found);
}

static void who_is_silent_is_not_waited_for_twice(void **state)
{
	static const char *const mute[] = {
		"a.example.org SILENT", "b.example.org A 192.0.2.1", NULL};
	struct names quiet = names_start(mute);
	struct dns_records found = {0};
	struct err err = {0};
	struct dns *asked = dns_new(quiet.server, 1, &err);
	usec_t began = clock_monotonic();

	(void)state;
	assert_non_null(asked);
	assert_int_equal(dns_ask(asked, "a.example.org", DNS_A, &found), DNS_SILENT);
	for (int i = 0; i < 10; i++)
		assert_int_equal(
			dns_ask(asked, "b.example.org", DNS_A, &found), DNS_SILENT);
	assert_true(clock_monotonic() - began < 5 * USEC_PER_SEC);
	dns_free(asked);
	names_stop(&quiet);
}

static void a_server_is_an_address(void **state)
{
	static const char *const wrong[] = {"", "example.org",
		"192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2", NULL};

	(void)state;
	for (size_t i = 0; wrong[i]; i++) {
		struct err err = {0};

		assert_null(dns_new(wrong[i], 1, &err));
		assert_int_equal(err.code, ERR_INVALID);
	}
}

/* A reply of one TXT and one MX record, made by hand (RFC 1035 section 4.1). */
static const unsigned char sample[] = {0x12, 0x34, 0x85, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, 2,
	'e', 'x', 3, 'o', 'r', 'g', 0, 0, 16, 0, 1, 0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0,
	6, 2, 'a', 'b', 2, 'c', 'd', 0xC0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 6, 0, 10, 1,
	'm', 0xC0, 12};

static void replies_are_bytes_from_outside(void **state)
{
	struct dns_records found = {0};
	uint32_t seed = 1;
	size_t good = 0;

	(void)state;
	assert_true(dns_read(sample, sizeof(sample), DNS_TXT, &found));
	assert_int_equal(found.count, 1);
	assert_string_equal(found.list[0], "abcd");
	dns_records_release(&found);
	assert_true(dns_read(sample, sizeof(sample), DNS_MX, &found));
	assert_string_equal(found.list[0], "m.ex.org");
	dns_records_release(&found);
	for (size_t n = 0; n < sizeof(sample); n++) {
		unsigned char *cut = x_alloc(n + 1);

		memcpy(cut, sample, n);
		assert_false(dns_read(cut, n, DNS_TXT, &found));
		dns_records_release(&found);
		free(cut);
	}
	/* Any byte may be any other: nothing is read beyond the end (sanitizers), and what is kept is printable. */
	for (int i = 0; i < 20000; i++) {
		unsigned char *copy = x_alloc(sizeof(sample));

		memcpy(copy, sample, sizeof(sample));
		for (int k = 0; k < 3; k++) {
			seed = seed * 1664525u + 1013904223u;
			copy[(seed >> 8) % sizeof(sample)] = (unsigned char)(seed >> 24);
		}
		good += dns_read(copy, sizeof(sample), (enum dns_type)(i % 5), &found);
		for (size_t r = 0; r < found.count; r++)
			for (const char *c = found.list[r]; *c; c++)
				assert_true(*c >= ' ' && *c < 0x7F);
		dns_records_release(&found);
		free(copy);
	}
	assert_true(good > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(nothing_is_not_silence),
		cmocka_unit_test(who_is_silent_is_not_waited_for_twice),
		cmocka_unit_test(a_server_is_an_address),
		cmocka_unit_test(replies_are_bytes_from_outside),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
