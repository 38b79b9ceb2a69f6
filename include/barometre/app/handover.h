/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handover.h - what a custodian brings to the staff site, on its way to the keeper.
 *
 * The supervisor makes one pair of connected sockets before either process and keeps both ends, so that a message waits
 * while a process is replaced. A message is one custodian's file and its passphrase: it is never in the database, in a file or in a log.
 * Only the keeper takes messages, for a count that is asked for; what came for none it drops within a day. Messages keep their limits
 * (SOCK_SEQPACKET, unix(7)).
 */
#ifndef BAROMETRE_APP_HANDOVER_H
#define BAROMETRE_APP_HANDOVER_H

#include "barometre/privacy/custody.h"

/* Texts end with a NUL. Wipe it when done. */
struct handover {
	char edition[CODE_CHARS + 1];
	char file[CUSTODY_FILE_MAX + 1];
	char passphrase[PASSPHRASE_BYTES + 1];
};

/* ret_ends[0] is for the staff process, ret_ends[1] for the keeper; close-on-exec. False: errno says why. */
bool handover_pair(int ret_ends[2]) MUST_USE;
/* False when a text is too long or holds a NUL, or when the keeper has not taken what was sent before. */
bool handover_send(int end, struct str edition, struct str file, struct str passphrase)
	MUST_USE;
/* The next message; false when there is none. */
bool handover_receive(int end, struct handover *ret) MUST_USE;
/* Whatever waits, unread. */
void handover_drop(int end);

#endif
