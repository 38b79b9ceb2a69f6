/* SPDX-License-Identifier: Apache-2.0 */
/* probe_loop.h - the one loop of a test program that asks by exchange_probe_run: the group's setup and teardown. */
#ifndef TESTS_WEB_PROBE_LOOP_H
#define TESTS_WEB_PROBE_LOOP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "barometre/base/secret.h"
#include "barometre/web/exchange.h"

static struct loop *loop;

static int set_up_all(void **state)
{
	(void)state;
	secret_init();
	loop = loop_new();
	return 0;
}

static int tear_down_all(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

#endif
