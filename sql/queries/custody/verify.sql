-- SPDX-License-Identifier: Apache-2.0
-- custody/verify: a custodian's file has opened a test box on this day.
-- role: owner
-- parameters: $1 text edition, $2 bytea count key, $3 text name, $4 text day (2026-11-22)
-- rows: 1: known boolean; false when the edition has another key, or no custodian of that name
SELECT barometre.custody_verify($1::text, $2::bytea, $3::text, $4::text::date) AS known
