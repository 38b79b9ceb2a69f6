-- SPDX-License-Identifier: Apache-2.0
-- coding/clear: forgets the themes of the texts about to be coded again.
-- role: owner   $1 text edition, $2 text[] verbatim ids
-- rows: 0
DELETE FROM barometre.coding WHERE edition = $1 AND verbatim = ANY ($2::text[]::uuid[])
