-- SPDX-License-Identifier: Apache-2.0
-- letter/tests: what became of the letters to oneself that a login asked for of one kind, the newest first.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text kind, $3 uuid mailing or NULL, $4 text login
-- rows: n: audience, state text, code bigint or NULL, asked_at bigint (microseconds)
SELECT t.audience, t.state, t.code::bigint AS code, (extract(epoch FROM t.asked_at) * 1000000)::bigint AS asked_at
FROM barometre.letter_test t
WHERE t.edition = $1::text AND t.kind = $2::text AND t.mailing IS NOT DISTINCT FROM $3::uuid AND t.asked_by = $4::text
ORDER BY t.asked_at DESC LIMIT 5
