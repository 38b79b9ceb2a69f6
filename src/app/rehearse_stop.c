/* SPDX-License-Identifier: Apache-2.0 */
/* rehearse_stop.c - whoever ends a rehearsal early ends it after its copy: a signal only raises a flag, read between two steps. */
#include <signal.h>
#include <stdatomic.h>

#include "rehearse_private.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction before[COUNT_OF(signals)];
static atomic_bool stopped;

static void on_signal(int signo)
{
	(void)signo;
	atomic_store(&stopped, true);
}

void rehearsal_watch(void)
{
	struct sigaction ours = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	atomic_store(&stopped, false);
	must(sigemptyset(&ours.sa_mask) == 0);
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		must(sigaction(signals[i], NULL, &before[i]) == 0);
		/* What nohup or a shell had ignored stays so. */
		if (before[i].sa_handler != SIG_IGN)
			must(sigaction(signals[i], &ours, NULL) == 0);
	}
}

void rehearsal_unwatch(void)
{
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		must(sigaction(signals[i], &before[i], NULL) == 0);
}

bool rehearsal_goes_on(struct err *err)
{
	return !atomic_load(&stopped) ||
		err_set(err, ERR_CONFLICT, "stopped by a signal: start it again");
}
