-- SPDX-License-Identifier: Apache-2.0
-- web/submit: stores a batch of answers, all or none (functions/web.sql tells how).
-- role: barometre_web
-- parameters: $1 text[] edition, $2 text[] audience, $3 text[] channel, $4 bytea[] mac or NULL, $5 uuid[] slot, $6 bytea[] box, $7 bytea[] locator, $8 date, $9 integer shard
-- rows: n: i integer (from 1), outcome text (stored, same_slot, already, unknown). BR001: an edition is not open
SELECT i, outcome FROM barometre.web_submit($1::text[], $2::text[], $3::text[], $4::bytea[], $5::uuid[], $6::bytea[], $7::bytea[], $8::date, $9::integer) ORDER BY i
