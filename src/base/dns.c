/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>

#include "barometre/base/buf.h"
#include "barometre/base/clock.h"

#define DNS_PORT 53
#define MOST_TEXT 4096
#define TRIES 2

struct dns {
	struct __res_state state;
	bool dead;
	unsigned char reply[NS_MAXMSG];
};

void dns_records_release(struct dns_records *records)
{
	for (size_t i = 0; i < records->count; i++)
		free(records->list[i]);
	*records = (struct dns_records){0};
}

static bool set_server(struct dns *dns, const char *server, struct err *err)
{
	struct str rest = str_of(server), host = {0};
	struct sockaddr_in *to = &dns->state.nsaddr_list[0];
	uint64_t port = DNS_PORT;
	bool good = str_cut(&rest, ':', &host) &&
		(!rest.p || (str_parse_u64(rest, &port) && port > 0 && port < 65536));
	SCOPED(free_char) char *text = str_dup(host);

	*to = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	if (!good || inet_pton(AF_INET, text, &to->sin_addr) != 1)
		return err_set(err, ERR_INVALID,
			"the name server must be an address such as 192.0.2.53 or 192.0.2.53:5353");
	dns->state.nscount = 1;
	return true;
}

struct dns *dns_new(const char *server, int seconds, struct err *err)
{
	struct dns *dns = x_calloc(1, sizeof(*dns));

	if (res_ninit(&dns->state) != 0) {
		free(dns);
		(void)err_set(err, ERR_BROKEN,
			"the name service of this machine cannot be used: see /etc/resolv.conf");
		return NULL;
	}
	dns->state.retrans = seconds > 0 ? seconds : 1;
	dns->state.retry = TRIES;
	if (server && !set_server(dns, server, err)) {
		dns_free(dns);
		return NULL;
	}
	return dns;
}

void dns_free(struct dns *dns)
{
	if (!dns)
		return;
	res_nclose(&dns->state);
	free(dns);
}

static void keep(struct dns_records *ret, char *text)
{
	ret->list[ret->count++] = text;
}

/* Character strings, each with its length before it (RFC 1035 section 3.3.14). */
static bool read_text(const ns_rr *rr, struct dns_records *ret)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MOST_TEXT);
	const unsigned char *at = ns_rr_rdata(*rr), *end = at + ns_rr_rdlen(*rr);

	while (at < end) {
		size_t n = *at++;

		if (n > (size_t)(end - at))
			return false;
		for (size_t i = 0; i < n; i++)
			buf_addc(&out, at[i] >= ' ' && at[i] < 0x7F ? (char)at[i] : '?');
		at += n;
	}
	if (!out.failed)
		keep(ret, buf_take(&out));
	return true;
}

static bool read_address(
	const ns_rr *rr, int family, size_t size, struct dns_records *ret)
{
	char text[INET6_ADDRSTRLEN];

	if (ns_rr_rdlen(*rr) != size ||
		!inet_ntop(family, ns_rr_rdata(*rr), text, sizeof(text)))
		return false;
	keep(ret, x_strdup(text));
	return true;
}

static bool read_name(const ns_msg *m, const ns_rr *rr, size_t skip, char **ret)
{
	char name[NS_MAXDNAME];

	if (ns_rr_rdlen(*rr) <= skip ||
		ns_name_uncompress(ns_msg_base(*m), ns_msg_end(*m),
			ns_rr_rdata(*rr) + skip, name, sizeof(name)) < 0)
		return false;
	*ret = x_strdup(strcmp(name, ".") == 0 ? "" : name);
	return true;
}

/* The preferred ones first (RFC 5321 section 5.1). */
static bool read_exchanger(const ns_msg *m, const ns_rr *rr, struct dns_records *ret,
	unsigned int preferences[DNS_MOST])
{
	unsigned int preference;
	char *name = NULL;
	size_t at = ret->count;

	if (ns_rr_rdlen(*rr) < 3 || !read_name(m, rr, 2, &name))
		return false;
	preference = ns_get16(ns_rr_rdata(*rr));
	keep(ret, name);
	for (; at > 0 && preferences[at - 1] > preference; at--) {
		preferences[at] = preferences[at - 1];
		ret->list[at] = ret->list[at - 1];
	}
	preferences[at] = preference;
	ret->list[at] = name;
	return true;
}

static bool read_record(const ns_msg *m, const ns_rr *rr, enum dns_type type,
	struct dns_records *ret, unsigned int preferences[DNS_MOST])
{
	char *name = NULL;

	switch (type) {
	case DNS_A:
		return read_address(rr, AF_INET, NS_INADDRSZ, ret);
	case DNS_AAAA:
		return read_address(rr, AF_INET6, NS_IN6ADDRSZ, ret);
	case DNS_MX:
		return read_exchanger(m, rr, ret, preferences);
	case DNS_TXT:
		return read_text(rr, ret);
	case DNS_PTR:
	default:
		if (!read_name(m, rr, 0, &name))
			return false;
		keep(ret, name);
		return true;
	}
}

static const ns_type types[] = {
	[DNS_A] = ns_t_a,
	[DNS_AAAA] = ns_t_aaaa,
	[DNS_MX] = ns_t_mx,
	[DNS_TXT] = ns_t_txt,
	[DNS_PTR] = ns_t_ptr,
};

bool dns_read(const void *reply, size_t n, enum dns_type type, struct dns_records *ret)
{
	unsigned int preferences[DNS_MOST] = {0};
	ns_msg m = {0};

	if (n > NS_MAXMSG || ns_initparse(reply, (int)n, &m) != 0)
		return false;
	for (int i = 0; i < ns_msg_count(m, ns_s_an) && ret->count < DNS_MOST; i++) {
		ns_rr rr = {0};

		if (ns_parserr(&m, ns_s_an, i, &rr) != 0)
			return false;
		/* An alias stands before what it leads to. */
		if (ns_rr_class(rr) == ns_c_in && ns_rr_type(rr) == types[type] &&
			!read_record(&m, &rr, type, ret, preferences))
			return false;
	}
	return true;
}

/* Of a question that brought nothing. */
static enum dns_answer why_not(struct dns *dns, usec_t waited)
{
	switch (dns->state.res_h_errno) {
	case HOST_NOT_FOUND:
		return DNS_NO_NAME;
	case NO_DATA:
		return DNS_NO_RECORD;
	default:
		/* A server that says at once that it does not know may know the next name. */
		dns->dead = waited >= USEC_PER_SEC * dns->state.retrans;
		return DNS_SILENT;
	}
}

static bool is_name(const char *name)
{
	unsigned char wire[NS_MAXCDNAME];

	return *name && ns_name_pton(name, wire, sizeof(wire)) >= 0;
}

enum dns_answer dns_ask(
	struct dns *dns, const char *name, enum dns_type type, struct dns_records *ret)
{
	usec_t asked = clock_monotonic();
	int n;

	dns_records_release(ret);
	if (!is_name(name))
		return DNS_NO_NAME;
	if (dns->dead)
		return DNS_SILENT;
	n = res_nquery(&dns->state, name, ns_c_in, (int)types[type], dns->reply,
		sizeof(dns->reply));
	if (n < 0)
		return why_not(dns, clock_monotonic() - asked);
	if (!dns_read(dns->reply, (size_t)n, type, ret)) {
		dns_records_release(ret);
		return DNS_SILENT;
	}
	return ret->count > 0 ? DNS_FOUND : DNS_NO_RECORD;
}

enum dns_answer dns_ask_address(
	struct dns *dns, const char *address, struct dns_records *ret)
{
	SCOPED(buf_release) struct buf name = BUF_LIMIT(NS_MAXDNAME);
	unsigned char b[NS_IN6ADDRSZ];

	dns_records_release(ret);
	if (inet_pton(AF_INET, address, b) == 1) {
		buf_printf(&name, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
	} else if (inet_pton(AF_INET6, address, b) == 1) {
		for (size_t i = NS_IN6ADDRSZ; i-- > 0;)
			buf_printf(&name, "%x.%x.", b[i] & 0xFu, b[i] >> 4);
		buf_puts(&name, "ip6.arpa");
	} else {
		return DNS_NO_NAME;
	}
	return dns_ask(dns, buf_str(&name).p, DNS_PTR, ret);
}
