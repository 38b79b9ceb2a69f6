-- SPDX-License-Identifier: Apache-2.0
-- plan/outcomes: what became of the rows of a mailing.
-- role: owner
-- parameters: $1 uuid mailing
-- rows: n: state text, reason text or NULL, code bigint or NULL, n bigint
SELECT d.state, d.reason, d.code::bigint AS code, count(*) AS n
FROM barometre.delivery d WHERE d.mailing = $1::uuid GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
