-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_reasons: why rows of a mailing ended as they did: the reason of those left out, the relay's code of those refused.
-- role: barometre_staff
-- parameters: $1 uuid mailing
-- rows: n: state text, reason text or NULL, code bigint or NULL, n bigint
SELECT d.state, d.reason, CASE WHEN d.state = 'refused' THEN d.code::bigint END AS code, count(*) AS n
FROM barometre.delivery d WHERE d.mailing = $1::uuid AND d.state IN ('skipped', 'refused')
GROUP BY 1, 2, 3 ORDER BY n DESC, 1, 2, 3
