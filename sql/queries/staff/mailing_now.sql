-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_now: due at this moment; the window of the edition still holds.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 timestamptz now, $3 text login
-- rows: 1: outcome text (done, missing, edition, state, paused, date)
SELECT barometre.mailing_send_now($1::uuid, $2::timestamptz, $3::text) AS outcome
