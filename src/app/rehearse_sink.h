/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rehearse_sink.h - a relay that takes everything, sends nothing and keeps nothing: on 127.0.0.1, on a free port, without TLS, on a
 * thread of its own, because the mailer's loop waits for its replies (smtp.h). A recipient that is not known is refused (550), and what is
 * for nobody is not taken (503, RFC 5321 section 3.3). It answers each message with "queued as rehearsal-<number>", from 0.
 */
#ifndef BAROMETRE_APP_REHEARSE_SINK_H
#define BAROMETRE_APP_REHEARSE_SINK_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

struct sink;
/* On the sink's thread: whether mail to `to` is taken. */
typedef bool sink_knows_fn(void *arg, const char *to);
/* On the sink's thread, for each message, before the reply: `to` without brackets. */
typedef void sink_fn(void *arg, uint64_t number, const char *to);
struct sink *sink_start(sink_knows_fn *, sink_fn *, void *arg, struct err *) MUST_USE;
int sink_port(const struct sink *);
/* Waits for the thread. */
void sink_stop(struct sink *);

#endif
