/* SPDX-License-Identifier: Apache-2.0 */
/* posted_page.h - what a test that posts pages fills, fresh for each test. */
#ifndef POSTED_PAGE_H
#define POSTED_PAGE_H

#include "page_form.h"

static json_t *answers, *typed;
static struct problems problems;

static int start_page(void **state)
{
	(void)state;
	answers = json_object();
	typed = json_object();
	problems = (struct problems){0};
	return 0;
}

static int end_page(void **state)
{
	(void)state;
	json_decref(answers);
	json_decref(typed);
	problems_release(&problems);
	return 0;
}

#endif
