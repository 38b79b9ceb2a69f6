-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_reschedule: another date.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 timestamptz due, $3 timestamptz not after, $4 text login
-- rows: 1: outcome text (done, missing, edition, state, date)
SELECT barometre.mailing_reschedule($1::uuid, $2::timestamptz, $3::timestamptz, $4::text) AS outcome
