-- SPDX-License-Identifier: Apache-2.0
-- plan/dry_run: who would get a mailing at this moment, and why the others would not, by the groups of the contact list.
-- role: owner
-- parameters: $1 uuid mailing
-- rows: n: audience, department, type, verdict text, n bigint
SELECT c.audience, c.department, c.type, j.verdict, count(*) AS n
FROM barometre.mailing m CROSS JOIN LATERAL barometre.mailing_judge(m.id) j
JOIN barometre.contact c ON c.edition = m.edition AND c.id = j.contact
WHERE m.id = $1::uuid GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
