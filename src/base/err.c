/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "barometre/base/str.h"

__attribute__((format(printf, 2, 0))) static void put(
	struct err *e, const char *format, va_list args)
{
	(void)vsnprintf(e->text, sizeof(e->text), format, args);
	/* It goes to logs and JSON; "%.80s" may have cut a character too. */
	str_keep_utf8(e->text);
}

bool err_set(struct err *e, enum err_code code, const char *format, ...)
{
	if (!e)
		return false;
	va_list args;
	va_start(args, format);
	put(e, format, args);
	va_end(args);
	e->code = code;
	e->line = 0;
	return false;
}

bool err_set_line(struct err *e, enum err_code code, int line, const char *format, ...)
{
	if (!e)
		return false;
	va_list args;
	va_start(args, format);
	put(e, format, args);
	va_end(args);
	e->code = code;
	e->line = line;
	return false;
}

bool err_prefix(struct err *e, const char *format, ...)
{
	if (!e)
		return false;
	struct err low = *e;
	va_list args;
	va_start(args, format);
	put(e, format, args);
	va_end(args);
	size_t n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof(e->text) - n, ": %s", low.text);
	str_keep_utf8(e->text);
	return false;
}

int err_http_status(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return 200;
	case ERR_INVALID:
		return 400;
	case ERR_DENIED:
		return 403;
	case ERR_MISSING:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_LIMIT:
		return 413;
	case ERR_BUSY:
		return 503;
	case ERR_BROKEN:
		return 500;
	}
	return 500;
}

int err_exit_status(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return 0;
	case ERR_INVALID:
		return 2;
	case ERR_MISSING:
		return 3;
	case ERR_DENIED:
		return 4;
	case ERR_CONFLICT:
		return 5;
	case ERR_LIMIT:
		return 6;
	case ERR_BUSY:
		return 7;
	case ERR_BROKEN:
		return 8;
	}
	return 8;
}
