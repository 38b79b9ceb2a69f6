-- SPDX-License-Identifier: Apache-2.0
-- staff/contact_lift: a bounce was wrong: this person is written to again.
-- role: barometre_staff
-- parameters: $1 text edition, $2 uuid contact, $3 text login
-- rows: 1: outcome text
SELECT barometre.contact_lift($1::text, $2::uuid, $3::text)::text AS outcome
