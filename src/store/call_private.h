/* SPDX-License-Identifier: Apache-2.0 */
/* call_private.h - for the modules that turn rows into structs before they hand them on. */
#ifndef STORE_CALL_PRIVATE_H
#define STORE_CALL_PRIVATE_H

#include "barometre/store/db.h"

/* How long a page or a mailer waits for one statement. */
#define STORE_DEADLINE (10 * USEC_PER_SEC)

/* db_call whose `arg` is freed with the call, cancelled or not. */
struct db_call *db_call_owning(struct db_pool *, const struct sql *, struct db_params *,
	usec_t deadline, db_done_fn *, void *arg);

#endif
