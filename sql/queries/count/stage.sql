-- SPDX-License-Identifier: Apache-2.0
-- count/stage: how far the count of an edition has come.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: 0..1: settled boolean, sealed boolean
SELECT settled, hash IS NOT NULL AS sealed FROM barometre.count_record WHERE edition = $1::text
