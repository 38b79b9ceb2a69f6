/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns.h - the only door to libresolv: a question to the name server of this machine, or to one that is named. Blocking: for
 * commands, never on a loop.
 *
 * Promises: D1 an answer is bytes from outside: every length in it is checked, and nothing of it is printed but what D2 lets
 * through. D2 texts are printable ASCII, anything else becomes "?"; names are as libresolv escapes them. D3 no answer is never
 * taken for "there is none": DNS_SILENT is apart, and once the name server was silent it is not waited for again.
 * SOURCE: RFC 1035 section 4.1 (messages), 3.3 (records); RFC 3596 (AAAA); RFC 8020 (what NXDOMAIN says of names below).
 */
#ifndef BAROMETRE_BASE_DNS_H
#define BAROMETRE_BASE_DNS_H

#include "barometre/base/err.h"
#include "barometre/base/str.h"

enum dns_type {
	DNS_A,    /* "192.0.2.1" */
	DNS_AAAA, /* "2001:db8::1" */
	DNS_MX, /* the host names, the preferred ones first; "" is the null MX of RFC 7505 */
	DNS_TXT, /* the strings of one record joined */
	DNS_PTR  /* the host name */
};
enum dns_answer {
	DNS_FOUND,
	DNS_NO_RECORD, /* the name exists, without such a record */
	DNS_NO_NAME,   /* there is no such name, nor any below it */
	DNS_SILENT /* the name server cannot be reached, or says that it does not know */
};
#define DNS_MOST 64 /* records kept of one answer */
struct dns_records {
	char *list[DNS_MOST];
	size_t count;
};
void dns_records_release(struct dns_records *);

struct dns;
/* `server`: "192.0.2.53" or "192.0.2.53:5353"; NULL: those of this machine. `seconds` is the wait for an answer, asked for twice. */
struct dns *dns_new(const char *server, int seconds, struct err *) MUST_USE;
void dns_free(struct dns *);
DEFINE_DROP(dns_drop, struct dns, dns_free)
/* `ret` is emptied first. `name` without a final dot; one that is no name of DNS gives DNS_NO_NAME. */
enum dns_answer dns_ask(
	struct dns *, const char *name, enum dns_type, struct dns_records *ret);
/* Who is at that address ("192.0.2.1", "2001:db8::1"); DNS_NO_NAME for what is no address. */
enum dns_answer dns_ask_address(
	struct dns *, const char *address, struct dns_records *ret);
/* The records of that type in a reply, as dns_ask reads it. False when it is no well-formed reply. For tests. */
bool dns_read(const void *reply, size_t, enum dns_type, struct dns_records *ret) MUST_USE;

#endif
