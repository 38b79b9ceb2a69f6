/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offered.h - what this machine cannot show is said. tests/run repeats lines that begin with "note: "; they come before the
 * tests, because CTest keeps only the first kilobyte of one that passed.
 */
#ifndef TESTS_SUPPORT_OFFERED_H
#define TESTS_SUPPORT_OFFERED_H

#include <stdio.h>

#include "barometre/base/confine.h"

static inline void say_what_is_not_offered(void)
{
	const struct confinement offered = confine_offered();

	if (!offered.files)
		printf("note: not proved here, because this machine offers no Landlock: that processes cannot open the key folder\n");
	if (!offered.calls)
		printf("note: not proved here, because this machine offers no seccomp: that processes cannot run or trace programs\n");
	(void)fflush(stdout);
}

#endif
