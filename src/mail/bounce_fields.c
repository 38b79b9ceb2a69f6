/* SPDX-License-Identifier: Apache-2.0 */
/* bounce_fields.c - the fields of a delivery status notification (RFC 3464 section 2). */
#include "bounce_fields.h"

#include <stdio.h>

#include "bounce_text.h"

#define MAX_RECIPIENTS 64
#define FIELD_BYTES 4096

bool bounce_next_field(struct str *rest, struct buf *line)
{
	struct str one;

	buf_clear(line);
	if (rest->n == 0 || !str_cut(rest, '\n', &one))
		return false;
	buf_add(line, str_trim(one));
	while (line->n > 0 && rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t') &&
		str_cut(rest, '\n', &one)) {
		one = str_trim(one);
		if (one.n == 0)
			break;
		buf_addc(line, ' ');
		buf_add(line, one);
	}
	return true;
}

bool bounce_field_is(const struct buf *line, const char *name, struct str *ret_value)
{
	struct str rest = buf_str(line), head;

	if (!memchr(rest.p, ':', rest.n) || !str_cut(&rest, ':', &head) ||
		!str_eq_nocase(str_trim(head), str_of(name)))
		return false;
	*ret_value = str_trim(rest);
	return true;
}

struct recipient {
	bool named;
	char action[16], status[16];
	struct buf words;
};

/* Its first word. */
static void keep_word(char *out, size_t size, struct str text)
{
	struct str value = text;

	(void)str_cut(&text, ' ', &value);
	(void)snprintf(
		out, size, "%.*s", (int)(value.n < size ? value.n : size), value.p);
}

static bool action_is(const struct recipient *one, const char *action)
{
	return str_eq_nocase(str_of(one->action), str_of(action));
}

static void refused(struct bounce_recipients *r, const struct recipient *one)
{
	char status[BOUNCE_STATUS_CHARS + 1];
	struct str words = one->words.n > 0 ? buf_str(&one->words) : r->text;
	enum bounce_verdict verdict = bounce_judge(str_of(one->status), words, status);

	if (!*status)
		(void)snprintf(status, sizeof(status), BOUNCE_STATUS_REFUSED);
	if (verdict == VERDICT_HARD && r->hard++ == 0)
		memcpy(r->hard_status, status, sizeof(status));
	if (verdict != VERDICT_HARD && r->soft++ == 0)
		memcpy(r->soft_status, status, sizeof(status));
}

/* RFC 3464 section 2.3.3. */
static void end_recipient(struct bounce_recipients *r, struct recipient *one)
{
	if (one->named && r->count++ < MAX_RECIPIENTS) {
		if (action_is(one, "delayed"))
			r->delayed++;
		else if (action_is(one, "delivered") || action_is(one, "relayed") ||
			action_is(one, "expanded"))
			r->delivered++;
		else
			refused(r, one);
	}
	buf_clear(&one->words);
	one->named = false;
	one->action[0] = one->status[0] = '\0';
}

void bounce_read_recipients(struct bounce_recipients *r, struct str bytes)
{
	struct buf line = BUF_LIMIT(FIELD_BYTES);
	struct recipient one = {.words = BUF_LIMIT(FIELD_BYTES)};
	struct str value = {0};

	while (r->count < MAX_RECIPIENTS && bounce_next_field(&bytes, &line)) {
		if (line.n == 0) {
			end_recipient(r, &one);
		} else if (bounce_field_is(&line, "Final-Recipient", &value)) {
			/* Some leave the empty line between two out. */
			if (one.named)
				end_recipient(r, &one);
			one.named = true;
		} else if (bounce_field_is(&line, "Action", &value)) {
			one.named = true;
			keep_word(one.action, sizeof(one.action), value);
		} else if (bounce_field_is(&line, "Status", &value)) {
			keep_word(one.status, sizeof(one.status), value);
		} else if (bounce_field_is(&line, "Diagnostic-Code", &value)) {
			bounce_fold(&one.words, value, false);
		}
	}
	end_recipient(r, &one);
	buf_release(&line);
	buf_release(&one.words);
}
