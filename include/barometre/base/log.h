/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - what the operator reads: one logfmt line an event on standard error, with the syslog priority in
 * front when run by systemd (JOURNAL_STREAM set), else with the time (RFC 3339): the journal has its own.
 *   level=info process=web event=stopped drained=3 reason="two words"
 * Values are quoted when needed; a line is at most 2 KiB, longer is cut; errno is kept.
 *
 * Promises: L1 there is no field type for text that comes from people: an address, a token, an answer cannot
 *           be logged by accident. F_TEXT takes words of ours only (states, codes, file names).
 */
#ifndef BAROMETRE_BASE_LOG_H
#define BAROMETRE_BASE_LOG_H

#include <stdint.h>

#include "barometre/base/err.h"

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

struct log_field {
	const char *key;
	char kind;
	int64_t number;
	const char *text;
	const struct err *err;
};

#define F_COUNT(key, value) ((struct log_field){(key), 'i', (int64_t)(value), NULL, NULL})
#define F_TEXT(key, value) ((struct log_field){(key), 's', 0, (value), NULL})
#define F_ERR(value) ((struct log_field){"error", 'e', 0, NULL, (value)})

/* Lines above it are not written. INFO at first. */
void log_set_level(enum log_level);
/* Name of this process in every line ("web", "mailer"). Borrowed for ever. */
void log_set_process(const char *name);
void log_write(enum log_level, const char *event, const struct log_field *, size_t count);
/* Lines, without their newline, go to `sink` instead of standard error (tests). NULL restores. */
void log_capture(void (*sink)(void *arg, const char *line), void *arg);

/* clang-format off */
#define LOG_AT(level, event, ...) \
	log_write((level), (event), (const struct log_field[]){ __VA_ARGS__ }, \
		sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))
/* clang-format on */
/* Each takes an event name and at least one field. */
#define log_error(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) LOG_AT(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
