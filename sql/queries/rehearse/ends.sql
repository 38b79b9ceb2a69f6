-- SPDX-License-Identifier: Apache-2.0
-- rehearse/ends: what became of the rows of each mailing that did not leave.
-- role: owner
-- parameters: $1 text edition
-- rows: n: mailing uuid, end text (a reason, or a state), n bigint
SELECT d.mailing, coalesce(d.reason, d.state) AS "end", count(*) AS n FROM barometre.delivery d
WHERE d.edition = $1::text AND d.state <> 'sent' GROUP BY 1, 2 ORDER BY 1, n DESC, 2
