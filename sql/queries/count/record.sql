-- SPDX-License-Identifier: Apache-2.0
-- count/record: the record of a counted edition.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition
-- rows: 0..1: record text (JSON)
SELECT record::text AS record FROM barometre.count_record WHERE edition = $1::text
