/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor_spf.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "barometre/base/str.h"

/* RFC 7208 section 4.6.4. They end a circle of includes too: each is a look-up. */
#define LOOKUPS_MOST 10

struct address {
	unsigned char b[16];
	size_t size; /* 4, 16; 0: none given */
};
struct spf {
	struct dns *dns;
	struct address sender;
	int lookups;
};
enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_BROKEN,
	MATCH_UNKNOWN
};

static struct address address_of(struct str text)
{
	SCOPED(free_char) char *z = str_dup(text);
	struct address a = {0};

	if (inet_pton(AF_INET, z, a.b) == 1)
		a.size = 4;
	else if (inet_pton(AF_INET6, z, a.b) == 1)
		a.size = 16;
	return a;
}

/* The first `bits` are the same; a family apart never is. */
static enum match same_network(const struct spf *spf, struct address a, uint64_t bits)
{
	size_t whole = (size_t)bits / 8, rest = (size_t)bits % 8;
	unsigned char mask = (unsigned char)(0xFF00u >> rest);

	if (spf->sender.size == 0)
		return MATCH_UNKNOWN;
	if (a.size != spf->sender.size || memcmp(a.b, spf->sender.b, whole) != 0)
		return MATCH_NO;
	return rest == 0 || ((a.b[whole] ^ spf->sender.b[whole]) & mask) == 0 ? MATCH_YES
									      : MATCH_NO;
}

/* "/24//64" behind a name: the length for the sender's family. */
static bool cut_lengths(struct str *name, const struct spf *spf, uint64_t *ret)
{
	struct str rest = *name, four = {0}, six = {0}, head = {0};
	uint64_t n4 = 32, n6 = 128;

	if (!str_cut(&rest, '/', &head))
		return true;
	if (rest.p && !str_starts(rest, STR("/"))) {
		(void)str_cut(&rest, '/', &four);
		if (!str_parse_u64(four, &n4) || n4 > 32)
			return false;
	}
	if (rest.p && str_starts(rest, STR("/"))) {
		six = (struct str){rest.p + 1, rest.n - 1};
		if (!str_parse_u64(six, &n6) || n6 > 128)
			return false;
	}
	*name = head;
	*ret = spf->sender.size == 16 ? n6 : n4;
	return true;
}

static enum match match_literal(const struct spf *spf, struct str value, size_t size)
{
	struct str head = {0};
	uint64_t bits = size * 8;
	struct address a;

	(void)str_cut(&value, '/', &head);
	a = address_of(head);
	if (a.size != size ||
		(value.p && (!str_parse_u64(value, &bits) || bits > size * 8)))
		return MATCH_BROKEN;
	return same_network(spf, a, bits);
}

static bool count_lookup(struct spf *spf)
{
	return ++spf->lookups <= LOOKUPS_MOST;
}

static enum match match_host(struct spf *spf, const char *host, uint64_t bits)
{
	struct dns_records records = {0};
	enum dns_type type = spf->sender.size == 16 ? DNS_AAAA : DNS_A;
	enum match match = MATCH_NO;

	if (spf->sender.size == 0)
		return MATCH_UNKNOWN;
	if (dns_ask(spf->dns, host, type, &records) == DNS_SILENT)
		match = MATCH_UNKNOWN;
	for (size_t i = 0; match == MATCH_NO && i < records.count; i++)
		match = same_network(spf, address_of(str_of(records.list[i])), bits);
	dns_records_release(&records);
	return match;
}

static enum match match_exchangers(struct spf *spf, const char *domain, uint64_t bits)
{
	struct dns_records hosts = {0};
	enum match match = MATCH_NO;

	if (dns_ask(spf->dns, domain, DNS_MX, &hosts) == DNS_SILENT)
		match = MATCH_UNKNOWN;
	for (size_t i = 0; match == MATCH_NO && i < hosts.count && i < LOOKUPS_MOST; i++)
		match = match_host(spf, hosts.list[i], bits);
	dns_records_release(&hosts);
	return match;
}

static enum spf_result check_domain(
	struct spf *spf, const char *domain, char **ret_record);

static enum match match_include(struct spf *spf, const char *domain)
{
	switch (check_domain(spf, domain, NULL)) {
	case SPF_PASS:
		return MATCH_YES;
	case SPF_NONE:
	case SPF_BROKEN:
		return MATCH_BROKEN;
	case SPF_UNKNOWN:
		return MATCH_UNKNOWN;
	case SPF_FAIL:
	case SPF_SOFT_FAIL:
	case SPF_NEUTRAL:
	default:
		return MATCH_NO;
	}
}

/* Mechanisms that look something up, behind their name and ":". */
static enum match match_lookup(
	struct spf *spf, struct str kind, struct str value, const char *domain)
{
	uint64_t bits = 0;
	bool sized = str_eq_nocase(kind, STR("a")) || str_eq_nocase(kind, STR("mx"));

	if (!count_lookup(spf))
		return MATCH_BROKEN;
	if (value.n > 0 && memchr(value.p, '%', value.n))
		return MATCH_UNKNOWN;
	if (sized && !cut_lengths(&value, spf, &bits))
		return MATCH_BROKEN;
	SCOPED(free_char) char *name = value.n > 0 ? str_dup(value) : x_strdup(domain);
	struct dns_records records = {0};
	enum dns_answer answer;

	if (str_eq_nocase(kind, STR("a")))
		return match_host(spf, name, bits);
	if (str_eq_nocase(kind, STR("mx")))
		return match_exchangers(spf, name, bits);
	if (str_eq_nocase(kind, STR("include")))
		return value.n > 0 ? match_include(spf, name) : MATCH_BROKEN;
	if (str_eq_nocase(kind, STR("ptr")))
		return MATCH_UNKNOWN; /* section 5.5: not to be used */
	if (!str_eq_nocase(kind, STR("exists")))
		return MATCH_BROKEN;
	answer = dns_ask(spf->dns, name, DNS_A, &records);
	dns_records_release(&records);
	return answer == DNS_SILENT   ? MATCH_UNKNOWN
		: answer == DNS_FOUND ? MATCH_YES
				      : MATCH_NO;
}

static enum match match_mechanism(struct spf *spf, struct str term, const char *domain)
{
	size_t n = 0;
	struct str kind, value = {0};

	while (n < term.n && term.p[n] != ':' && term.p[n] != '/')
		n++;
	kind = (struct str){term.p, n};
	if (n < term.n)
		value = term.p[n] == ':' ? (struct str){term.p + n + 1, term.n - n - 1}
					 : (struct str){term.p + n, term.n - n};
	if (str_eq_nocase(kind, STR("all")))
		return MATCH_YES;
	if (str_eq_nocase(kind, STR("ip4")))
		return match_literal(spf, value, 4);
	if (str_eq_nocase(kind, STR("ip6")))
		return match_literal(spf, value, 16);
	return match_lookup(spf, kind, value, domain);
}

static enum spf_result result_of(char qualifier)
{
	switch (qualifier) {
	case '-':
		return SPF_FAIL;
	case '~':
		return SPF_SOFT_FAIL;
	case '?':
		return SPF_NEUTRAL;
	default:
		return SPF_PASS;
	}
}

/* "name=value" is a modifier; only redirect changes the result. */
static bool is_modifier(struct str term)
{
	const char *equals = memchr(term.p, '=', term.n),
		   *colon = memchr(term.p, ':', term.n);

	return equals && (!colon || equals < colon);
}

static enum spf_result evaluate(struct spf *spf, struct str record, const char *domain)
{
	struct str term, redirect = {0};
	bool unsure = false;

	while (str_cut(&record, ' ', &term)) {
		char qualifier = '+';

		if (term.n == 0 || str_eq_nocase(term, STR("v=spf1")))
			continue;
		if (is_modifier(term)) {
			if (str_starts(term, STR("redirect=")))
				redirect = (struct str){term.p + 9, term.n - 9};
			continue;
		}
		if (strchr("+-~?", term.p[0])) {
			qualifier = term.p[0];
			term = (struct str){term.p + 1, term.n - 1};
		}
		switch (match_mechanism(spf, term, domain)) {
		case MATCH_YES:
			return unsure ? SPF_UNKNOWN : result_of(qualifier);
		case MATCH_BROKEN:
			return SPF_BROKEN;
		case MATCH_UNKNOWN:
			unsure = true;
			break;
		case MATCH_NO:
		default:
			break;
		}
	}
	if (unsure)
		return SPF_UNKNOWN;
	if (redirect.n == 0)
		return SPF_NEUTRAL;
	SCOPED(free_char) char *next = str_dup(redirect);
	enum spf_result result;

	if (!count_lookup(spf))
		return SPF_BROKEN;
	result = check_domain(spf, next, NULL);
	return result == SPF_NONE ? SPF_BROKEN : result;
}

static bool is_record(const char *text)
{
	return strcmp(text, "v=spf1") == 0 || str_starts(str_of(text), STR("v=spf1 "));
}

static enum spf_result check_domain(
	struct spf *spf, const char *domain, char **ret_record)
{
	struct dns_records texts = {0};
	const char *record = NULL;
	enum spf_result result = SPF_NONE;

	if (dns_ask(spf->dns, domain, DNS_TXT, &texts) == DNS_SILENT)
		result = SPF_UNKNOWN;
	for (size_t i = 0; i < texts.count; i++) {
		if (!is_record(texts.list[i]))
			continue;
		/* Section 4.5: two records are none. */
		result = record ? SPF_BROKEN : SPF_PASS;
		record = texts.list[i];
	}
	if (record && ret_record)
		*ret_record = x_strdup(record);
	if (result == SPF_PASS)
		result = evaluate(spf, str_of(record), domain);
	dns_records_release(&texts);
	return result;
}

enum spf_result spf_check(
	struct dns *dns, const char *domain, const char *address, char **ret_record)
{
	struct spf spf = {.dns = dns, .sender = address_of(str_of(address))};

	*ret_record = NULL;
	return check_domain(&spf, domain, ret_record);
}
