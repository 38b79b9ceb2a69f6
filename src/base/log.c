/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "barometre/base/clock.h"

#define LINE_BYTES \
 2048 /* below PIPE_BUF, so that lines of several processes do not mix (pipe(7)) */

static enum log_level threshold = LOG_LEVEL_INFO;
static const char *process_name = "barometre";
static void (*capture)(void *arg, const char *line);
static void *capture_arg;

/* A line of fixed size on the stack: logging works when memory is gone. What does not fit is cut. */
struct line {
	char text[LINE_BYTES];
	size_t n;
};

static void put_char(struct line *line, char c)
{
	if (line->n < sizeof(line->text) - 2) /* room for the newline and the NUL */
		line->text[line->n++] = c;
}

static void put(struct line *line, const char *s)
{
	for (; *s; s++)
		put_char(line, *s);
}

static void put_number(struct line *line, int64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%" PRId64, value);
	put(line, digits);
}

static bool is_plain(const char *s)
{
	for (const char *p = s; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F)
			return false;
	}
	return s[0] != '\0';
}

/* logfmt: quotes only where needed; nothing can start a new line or a new field. */
static void put_value(struct line *line, const char *s)
{
	static const char hex[] = "0123456789abcdef";

	if (is_plain(s)) {
		put(line, s);
		return;
	}
	put_char(line, '"');
	for (const char *p = s; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '"' || c == '\\') {
			put_char(line, '\\');
			put_char(line, *p);
		} else if (c == '\n') {
			put(line, "\\n");
		} else if (c < ' ' || c == 0x7F) {
			put(line, "\\u00");
			put_char(line, hex[c >> 4]);
			put_char(line, hex[c & 15]);
		} else {
			put_char(line, *p);
		}
	}
	put_char(line, '"');
}

static void put_err(struct line *line, const struct err *e)
{
	put_value(line, e && e->code != ERR_NONE ? e->text : "none");
	if (e && e->code != ERR_NONE && e->line > 0) {
		put(line, " line=");
		put_number(line, e->line);
	}
}

static void put_field(struct line *line, const struct log_field *field)
{
	put_char(line, ' ');
	put(line, field->key);
	put_char(line, '=');
	switch (field->kind) {
	case 'i':
		put_number(line, field->number);
		break;
	case 's':
		put_value(line, field->text ? field->text : "");
		break;
	case 'e':
		put_err(line, field->err);
		break;
	default:
		must(field->kind == 'e');
	}
}

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "error";
}

/* Under systemd the priority goes in front as sd-daemon(3) says, and the journal knows the time. */
static void put_head(struct line *line, enum log_level level, const char *event)
{
	if (getenv("JOURNAL_STREAM")) {
		put_char(line, '<');
		put_char(line, (char)('0' + (int)level));
		put_char(line, '>');
	} else {
		char now[21];
		clock_rfc3339(clock_now(), now);
		put(line, "time=");
		put(line, now);
		put_char(line, ' ');
	}
	put(line, "level=");
	put(line, level_name(level));
	put(line, " process=");
	put_value(line, process_name);
	put(line, " event=");
	put_value(line, event);
}

static void emit(struct line *line)
{
	if (capture) {
		line->text[line->n] = '\0';
		capture(capture_arg, line->text);
		return;
	}
	line->text[line->n++] = '\n';
	for (size_t done = 0; done < line->n;) {
		ssize_t wrote = write(STDERR_FILENO, line->text + done, line->n - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return; /* nobody is left to be told */
		done += (size_t)wrote;
	}
}

void log_set_level(enum log_level level)
{
	threshold = level;
}

void log_set_process(const char *name)
{
	process_name = name;
}

void log_capture(void (*sink)(void *arg, const char *line), void *arg)
{
	capture = sink;
	capture_arg = arg;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields,
	size_t count)
{
	if (level > threshold)
		return;
	int keep = errno;
	struct line line = {.n = 0};
	put_head(&line, level, event);
	for (size_t i = 0; i < count; i++)
		put_field(&line, &fields[i]);
	emit(&line);
	errno = keep;
}
