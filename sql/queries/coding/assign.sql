-- SPDX-License-Identifier: Apache-2.0
-- coding/assign: gives texts to coders, by lot.
-- role: owner
-- parameters: $1 text edition, $2 text[] audiences, $3 text[] questions, $4 text[] books, $5 text[] coders, $6 bigint percent to a second one, $7 text login
-- rows: 1   n bigint
SELECT barometre.coding_assign($1::text, $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint::integer, $7::text) AS n
