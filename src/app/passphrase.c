/* SPDX-License-Identifier: Apache-2.0 */
/* passphrase.c - see passphrase.h. */
#include "passphrase.h"

#include <errno.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define CTRL_C '\003'
#define TRIES 3

struct str passphrase_str(const struct passphrase *p)
{
	return (struct str){p->text, p->n};
}

static bool read_line(struct passphrase *ret, struct err *err)
{
	bool any = false, too_long = false;
	char c = 0;

	ret->n = 0;
	for (;;) {
		ssize_t n = read(STDIN_FILENO, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n != 1 || c == '\n')
			break;
		if (c == CTRL_C)
			return err_set(err, ERR_DENIED, "abandonné");
		any = true;
		if (ret->n < PASSPHRASE_BYTES)
			ret->text[ret->n++] = c;
		else
			too_long = true;
	}
	if (ret->n > 0 && ret->text[ret->n - 1] == '\r')
		ret->n--;
	if (!any && c != '\n')
		return err_set(err, ERR_MISSING,
			"il manque une phrase secrète\u202F: l’entrée standard en attend une par ligne");
	if (too_long)
		return err_set(err, ERR_LIMIT,
			"la phrase secrète est trop longue\u202F: %d octets au plus",
			PASSPHRASE_BYTES);
	return true;
}

/* Signals from the keyboard would end the program with the echo still off: Ctrl-C ends the line instead, and is read. */
static bool read_at_terminal(struct passphrase *ret, const char *prompt,
	const struct termios *was, struct err *err)
{
	struct termios silent = *was;
	bool ok;

	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
	silent.c_lflag |= ICANON;
	silent.c_cc[VEOL] = CTRL_C;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
		return err_set(err, ERR_BROKEN,
			"ce terminal montrerait la phrase secrète\u202F: utilisez-en un autre");
	fputs(prompt, stderr);
	fflush(stderr);
	ok = read_line(ret, err);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, was);
	fputc('\n', stderr);
	return ok;
}

bool passphrase_ask(struct passphrase *ret, const char *prompt, struct err *err)
{
	struct termios was;

	fflush(stdout);
	if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0)
		return read_at_terminal(ret, prompt, &was, err);
	return read_line(ret, err);
}

/* *ret_again: the person may try once more. */
static bool ask_twice(
	struct passphrase *ret, const char *who, bool *ret_again, struct err *err)
{
	SCOPED(free_char)
	char *first = x_printf("Phrase secrète choisie par %s\u202F: ", who);
	struct passphrase again = {0};
	bool same;

	*ret_again = false;
	if (!passphrase_ask(ret, first, err))
		return false;
	*ret_again = true;
	if (!custody_passphrase_good(passphrase_str(ret), err))
		return false;
	if (!isatty(STDIN_FILENO))
		return true;
	*ret_again = passphrase_ask(&again, "La même, encore une fois\u202F: ", err);
	same = *ret_again && again.n == ret->n &&
		secret_equal(again.text, ret->text, ret->n);
	secret_wipe(&again, sizeof(again));
	if (!*ret_again)
		return false;
	return same ||
		err_set(err, ERR_INVALID, "les deux phrases ne sont pas les mêmes");
}

bool passphrase_ask_new(struct passphrase *ret, const char *who, struct err *err)
{
	int tries = isatty(STDIN_FILENO) ? TRIES : 1;
	struct err why = {0};
	bool again = true, ok = false;

	for (int i = 0; i < tries && again && !ok; i++) {
		if (i > 0)
			fprintf(stderr, "Recommencez\u202F: %s.\n", why.text);
		ok = ask_twice(ret, who, &again, &why);
	}
	return ok || err_set(err, why.code, "%s\u202F: %s", who, why.text);
}
