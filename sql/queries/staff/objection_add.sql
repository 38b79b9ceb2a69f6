-- SPDX-License-Identifier: Apache-2.0
-- staff/objection_add: somebody wants no mail any more; the mailer takes it within seconds.
-- role: barometre_staff
-- parameters: $1 uuid id, $2 bytea address, sealed to the mailer, $3 text login
-- rows: 1: outcome text (done, twice)
SELECT barometre.objection_request_add($1::uuid, $2::bytea, $3::text) AS outcome
