/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smtp_probe.h - is the relay fit? Connects, EHLO, STARTTLS, AUTH, NOOP, QUIT: what a sending does before MAIL, with the same options. No
 * mail is sent and no sender or recipient named. Blocking: for commands.
 *
 * SOURCE: RFC 5321 (commands, replies), RFC 3207 (STARTTLS), RFC 4954 (AUTH).
 */
#ifndef BAROMETRE_MAIL_SMTP_PROBE_H
#define BAROMETRE_MAIL_SMTP_PROBE_H

#include "barometre/base/clock.h"
#include "barometre/mail/smtp.h"

enum smtp_probe_end {
	SMTP_PROBE_FIT,
	SMTP_PROBE_NO_HOST,   /* its name is not known */
	SMTP_PROBE_DOWN,      /* no connection */
	SMTP_PROBE_SILENT,    /* connected, and no answer in time */
	SMTP_PROBE_NO_TLS,    /* TLS is required and not offered */
	SMTP_PROBE_UNTRUSTED, /* its certificate does not verify, or is for another name */
	SMTP_PROBE_BAD_CA_FILE,
	SMTP_PROBE_LOGIN, /* refused */
	SMTP_PROBE_OTHER  /* see code and words */
};
struct smtp_probe {
	enum smtp_probe_end end;
	bool starttls; /* offered on the clear connection */
	bool secured;  /* replies came over TLS */
	bool auth_offered, logged_in;
	char address[64]; /* of the relay, in figures; "" when there was no connection */
	char name[128];   /* as it calls itself in its answer to EHLO; "" when unknown */
	usec_t expires;   /* of its certificate; 0 when unknown */
	int code;         /* its last reply, 0: none */
	char words[256];  /* libcurl's, printable ASCII: why it ended, may be "" */
};
/* `reply_seconds` bounds each wait, and twice that the whole. */
void smtp_probe_run(const struct smtp_options *, struct smtp_probe *ret);

#endif
