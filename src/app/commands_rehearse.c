/* SPDX-License-Identifier: Apache-2.0 */
/* commands_rehearse.c - rehearse: what would each day send? */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "barometre/app/rehearse.h"
#include "barometre/base/log.h"
#include "commands.h"

#define MAX_OUTPUT (4u << 20)

static void show_progress(usec_t now, int64_t sent, const char *zone)
{
	SCOPED(free_char) char *when = clock_french_time(now, zone);

	fprintf(stderr, "\r\033[K%s : %lld", when, (long long)sent);
}

/* The mailer's log is about what is played; what is wrong beyond that is shown at the end. */
struct overheard {
	struct buf lines;
};

static void overhear(void *arg, const char *line)
{
	struct overheard *heard = arg;

	if (strstr(line, "event=mail.late") || strstr(line, "event=mail.alarm"))
		return;
	buf_puts(&heard->lines, line);
	buf_addc(&heard->lines, '\n');
}

/* A whole number, with or without "%". */
static bool take_number(const struct command_line *line, const char *name, uint64_t most,
	uint64_t *ret, struct err *err)
{
	const char *text = command_option(line, name);
	struct str digits = str_of(text);

	if (!command_flag(line, name))
		return true;
	if (digits.n > 0 && digits.p[digits.n - 1] == '%')
		digits.n--;
	return (text && str_parse_u64(digits, ret) && *ret <= most) ||
		err_set(err, ERR_INVALID, "%s must be a whole number from 0 to %llu",
			name, (unsigned long long)most);
}

int command_rehearse(const struct command_line *line)
{
	SCOPED(buf_release) struct buf out = BUF_LIMIT(MAX_OUTPUT);
	struct overheard heard = {.lines = BUF_LIMIT(1u << 16)};
	uint64_t days = 0, answers = 0, seed = 1;
	struct err err = {0};
	bool terminal = isatty(STDERR_FILENO), fits = false, ok;

	if (!take_number(line, "--days", 3660, &days, &err) ||
		!take_number(line, "--answers", 99, &answers, &err) ||
		!take_number(line, "--seed", UINT32_MAX, &seed, &err))
		return command_fails(&err);
	const struct rehearse_options options = {
		.config = line->config,
		.edition = command_word(line, 0),
		.database = command_option(line, "--database"),
		.out = command_option(line, "--out"),
		.days = (int)days,
		.answers_percent = (int)answers,
		.seed = seed,
		.progress = terminal ? show_progress : NULL,
	};

	log_set_level(LOG_LEVEL_WARNING);
	log_capture(overhear, &heard);
	ok = rehearse(&options, &out, &fits, &err);
	log_capture(NULL, NULL);
	if (terminal)
		fputs("\r\033[K", stderr);
	fputs(buf_str(&heard.lines).p, stderr);
	buf_release(&heard.lines);
	if (!ok)
		return command_fails(&err);
	fputs(buf_str(&out).p, stdout);
	return fits ? EXIT_SUCCESS : err_exit_status(ERR_CONFLICT);
}
