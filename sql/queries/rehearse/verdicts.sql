-- SPDX-License-Identifier: Apache-2.0
-- rehearse/verdicts: of a mailing that is about to begin, how many are written to, and how many are left out, with the reason.
-- role: owner
-- parameters: $1 uuid mailing
-- rows: n: verdict text, n bigint
SELECT r.verdict, sum(r.n)::bigint AS n FROM barometre.mailing_dry_run($1::uuid) r GROUP BY r.verdict ORDER BY n DESC, r.verdict
