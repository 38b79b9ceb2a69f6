-- SPDX-License-Identifier: Apache-2.0
-- count/shared_tables: tables of this count whose files hold rows of other editions: boxes and drafts.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: n: name text
SELECT name FROM barometre.count_shared_tables($1::text) AS name
