/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange_private.h"

#define PROBE_PATIENCE (5 * USEC_PER_SEC)
#define PROBE_LIMIT (64u * 1024 * 1024)

struct probe {
	struct loop *loop;
	struct buf *out;
	bool waiting; /* loop_run is on the stack */
	bool fresh;   /* a part came since the last look */
	bool last;
};

static void on_part(void *owner, struct reply_part *part)
{
	struct probe *probe = owner;
	buf_add(probe->out, buf_str(&part->head));
	buf_add(probe->out, buf_str(&part->body));
	if (part->fixed.n)
		buf_add(probe->out, part->fixed);
	if (part->tail.n)
		buf_add(probe->out, part->tail);
	probe->last = part->last;
	probe->fresh = true;
	reply_part_release(part);
	if (probe->waiting)
		loop_stop(probe->loop);
}

static void on_patience(void *arg)
{
	struct probe *probe = arg;
	loop_stop(probe->loop);
}

/* Asks for the parts of a stream one by one, as a connection does, until the last or
 * until nothing comes. */
static void run(struct probe *probe, struct exchange *ex)
{
	struct timer *patience = timer_new(probe->loop, on_patience, probe);
	timer_start(patience, PROBE_PATIENCE, false);
	while (!probe->last) {
		if (!probe->fresh) {
			probe->waiting = true;
			loop_run(probe->loop);
			probe->waiting = false;
			if (!probe->fresh)
				break;
			continue;
		}
		probe->fresh = false;
		exchange_ask(ex);
	}
	timer_free(patience);
}

void exchange_probe_run(struct loop *loop, struct str raw_request, handler_fn *handler,
	void *arg, struct exchange_probe *ret)
{
	ret->reply = (struct buf)BUF_LIMIT(PROBE_LIMIT);
	struct probe probe = {.loop = loop, .out = &ret->reply};
	struct http_parser *parser = http_parser_new(&http_default_limits);
	enum http_progress progress = HTTP_NEED_MORE;
	while (raw_request.n &&
		(progress == HTTP_NEED_MORE || progress == HTTP_HEADERS_DONE)) {
		size_t used;
		progress = http_parser_feed(parser, raw_request, &used);
		raw_request.p += used;
		raw_request.n -= used;
	}
	if (progress == HTTP_REFUSED) {
		struct reply_part part;
		http_refusal(&part, http_parser_status(parser));
		on_part(&probe, &part);
	} else if (progress == HTTP_COMPLETE) {
		struct exchange *ex = exchange_new(
			http_parser_message(parser), on_part, &probe);
		handler(arg, ex);
		run(&probe, ex);
		if (probe.last)
			exchange_free(ex);
		else
			exchange_gone(ex);
	}
	ret->replied = probe.last;
	http_parser_free(parser);
}
