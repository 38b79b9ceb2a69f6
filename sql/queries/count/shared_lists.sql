-- SPDX-License-Identifier: Apache-2.0
-- count/shared_lists: tables of this count whose files hold rows of other editions: invitations and ledger.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: n: name text
SELECT name FROM barometre.count_shared_lists($1::text) AS name
