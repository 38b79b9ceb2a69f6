-- SPDX-License-Identifier: Apache-2.0
-- moderation/set: what was decided of texts.
-- role: owner
-- parameters: $1 text edition, $2 text login, $3 text[] verbatim ids, $4 text[] states, $5 text[] redacted texts, $6 text[] reasons
-- rows: 1   n bigint
SELECT barometre.moderation_set($1::text, $2::text, $3::text[]::uuid[], $4::text[], $5::text[], $6::text[]) AS n
