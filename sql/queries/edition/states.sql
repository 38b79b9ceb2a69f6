-- SPDX-License-Identifier: Apache-2.0
-- edition/states: where each edition stands.
-- role: any
-- parameters: none
-- rows: n: code text, state text, opens bigint (microseconds), closes bigint, revision bigint
SELECT code, state, (extract(epoch FROM opens) * 1000000)::bigint AS opens, (extract(epoch FROM closes) * 1000000)::bigint AS closes, revision
FROM barometre.edition ORDER BY edition.opens, code
