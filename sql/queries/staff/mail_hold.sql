-- SPDX-License-Identifier: Apache-2.0
-- staff/mail_hold: all mail of all editions.
-- role: barometre_staff
-- parameters: $1 text login
-- rows: 1: outcome text
SELECT barometre.mail_hold($1::text) AS outcome
