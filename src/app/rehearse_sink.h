/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rehearse_sink.h - a relay that keeps everything and sends nothing: on 127.0.0.1, on a free port, without TLS, on a thread of its own,
 * because the mailer's loop waits for its replies (smtp.h). It answers each message with "queued as rehearsal-<number>", from 0.
 */
#ifndef BAROMETRE_APP_REHEARSE_SINK_H
#define BAROMETRE_APP_REHEARSE_SINK_H

#include "barometre/base/buf.h"
#include "barometre/base/err.h"

struct sink;
/* On the sink's thread, before the reply: `to` without brackets, the message without its final dot. */
typedef void sink_fn(void *arg, uint64_t number, const char *to, struct str message);
struct sink *sink_start(sink_fn *, void *arg, struct err *) MUST_USE;
int sink_port(const struct sink *);
/* Waits for the thread. */
void sink_stop(struct sink *);

#endif
