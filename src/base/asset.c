/* SPDX-License-Identifier: Apache-2.0 */
#include "barometre/base/asset.h"

const struct asset *asset_find(const struct asset_set *set, struct str name)
{
	/* A few dozen rows, looked up at start or once a request: no index needed. */
	for (size_t i = 0; i < set->count; i++) {
		if (str_eq_z(name, set->rows[i].name))
			return &set->rows[i];
	}
	return NULL;
}
