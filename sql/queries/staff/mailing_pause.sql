-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_pause: see sql/functions/mailing_plan.sql.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 text login
-- rows: 1: outcome text (done, missing, state)
SELECT barometre.mailing_pause($1::uuid, $2::text) AS outcome
