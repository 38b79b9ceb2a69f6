-- SPDX-License-Identifier: Apache-2.0
-- count/finish: checks the totals, empties the urn, stores the record, state counted.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text[] audience, $3 bigint[] boxes, $4 bigint[] complete, $5 bigint[] partial, $6 bigint[] invalid, $7 bigint[] drafts dropped, $8 text record (JSON)
-- rows: 1, without sense. BR002, BR003 as count/start; BR005: totals do not agree
SELECT barometre.count_finish($1::text, $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text::jsonb)
