/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bounce_box.h - where reports come from: a Maildir, an IMAP mailbox, standard input. One after the other, blocking.
 *
 * Promises: X1 a message is marked as handled only after `take` has said that what it says is recorded; stopped anywhere before, it is read
 *   again (and counts once: bounce_record). X2 no message is ever deleted, and no file of a Maildir takes the place of another.
 *   X3 at most `most` messages a call, BOUNCE_MESSAGE_BYTES of each.
 * Maildir (D. J. Bernstein's maildir(5)): what has no flag R ("replied"), from new/ and cur/; handled ones stand in cur/ with R and S.
 * IMAP (RFC 3501): messages without \Answered; handled ones get \Seen and \Answered, which a server keeps as S and R of a Maildir.
 *   Neither goes by "seen" alone: a person who looks into the mailbox, by mutt or by IMAP, or this program killed between fetching and recording,
 *   must not hide a report. "imaps://host/INBOX", or "imap://host/INBOX", where
 *   STARTTLS is required; certificates are always verified. A door to libcurl, as smtp.c is.
 */
#ifndef BAROMETRE_MAIL_BOUNCE_BOX_H
#define BAROMETRE_MAIL_BOUNCE_BOX_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

/* False: not recorded, with the reason; the message stays as it was and reading ends. */
typedef bool bounce_take_fn(void *arg, struct str message, struct err *);

/* ERR_MISSING when the folder is none. A file that cannot be read is passed over and counted. */
bool bounce_read_maildir(const char *folder, size_t most, bounce_take_fn *, void *arg,
	size_t *ret_passed_over, struct err *) MUST_USE;

struct bounce_imap {
	const char *url, *user, *password;
	const char *ca_file; /* "" for the system's */
};
/* ERR_BUSY when the server is away, ERR_DENIED for its log-in, ERR_BROKEN for its certificate. */
bool bounce_read_imap(const struct bounce_imap *, size_t most, bounce_take_fn *,
	void *arg, struct err *) MUST_USE;

/* Can it be read? Logs in and opens the mailbox with EXAMINE (RFC 3501 section 6.3.2), which changes nothing there. */
enum bounce_imap_end {
	BOUNCE_IMAP_FIT,
	BOUNCE_IMAP_URL,       /* no address of a mailbox */
	BOUNCE_IMAP_NO_HOST,   /* its name is not known */
	BOUNCE_IMAP_AWAY,      /* no connection, or no answer */
	BOUNCE_IMAP_NO_TLS,    /* it offers none */
	BOUNCE_IMAP_UNTRUSTED, /* its certificate */
	BOUNCE_IMAP_CA_FILE,   /* ours cannot be used */
	BOUNCE_IMAP_LOGIN,     /* name or password refused */
	BOUNCE_IMAP_MAILBOX,   /* logged in, and there is no such mailbox for this name */
};
struct bounce_imap_probe {
	enum bounce_imap_end end;
	const char *words; /* curl's, in English; lent for ever */
	int64_t messages;  /* in the mailbox; -1 when the server does not tell */
};
/* `seconds`: the longest wait for each answer. */
void bounce_probe_imap(
	const struct bounce_imap *, int seconds, struct bounce_imap_probe *ret);

/* One message to the end of the file; what is beyond the bound is read and dropped, so that the writer is not cut off. */
bool bounce_read_pipe(int fd, bounce_take_fn *, void *arg, struct err *) MUST_USE;

#endif
