-- SPDX-License-Identifier: Apache-2.0
-- custody/list: the custodians of an edition in the order of their naming.
-- role: owner, barometre_staff, barometre_keeper
-- parameters: $1 text edition
-- rows: n: name text, verified_on text (2026-11-22) or NULL
SELECT name, to_char(verified_on, 'YYYY-MM-DD') AS verified_on FROM barometre.custodian WHERE edition = $1::text ORDER BY ordinal
