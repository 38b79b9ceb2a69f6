-- SPDX-License-Identifier: Apache-2.0
-- contact/state: may contacts be added, and after the opening? Holds the edition so that it stays true.
-- role: owner
-- parameters: $1 text edition
-- rows: 0..1: state text
SELECT state FROM barometre.edition WHERE code = $1::text FOR SHARE
