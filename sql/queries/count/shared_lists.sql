-- SPDX-License-Identifier: Apache-2.0
-- count/shared_lists: the same for the lists of people.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: n: name text
SELECT name FROM barometre.count_shared_lists($1::text) AS name
