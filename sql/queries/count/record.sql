-- SPDX-License-Identifier: Apache-2.0
-- count/record: the record of a counted edition, with its hash when it is complete.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition
-- rows: 0..1: record text (JSON)
SELECT (record || jsonb_strip_nulls(jsonb_build_object('hash', hash)))::text AS record FROM barometre.count_record WHERE edition = $1::text
