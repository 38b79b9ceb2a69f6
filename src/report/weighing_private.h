/* SPDX-License-Identifier: Apache-2.0 */
/* weighing_private.h - the categories of a crossing, between weighing*.c. */
#ifndef WEIGHING_PRIVATE_H
#define WEIGHING_PRIVATE_H

#include "barometre/report/weighing.h"

#define GROUP_OF_NOBODY SIZE_MAX /* nobody of it answered */

/* One of the codes that name a group. */
struct weighing_category {
	struct str code;
	size_t group; /* or GROUP_OF_NOBODY */
	bool sized;   /* the file has it */
};
/* People who did not say in which group they are. */
bool is_not_known(struct str code);

#endif
