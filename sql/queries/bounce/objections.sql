-- SPDX-License-Identifier: Apache-2.0
-- bounce/objections: those that staff have written down and nobody has applied.
-- role: barometre_mailer
-- parameters: $1 bigint limit
-- rows: n: id uuid, address_box bytea
SELECT id, address_box FROM barometre.objection_request_waiting($1::bigint::integer)
