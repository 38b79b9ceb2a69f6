-- SPDX-License-Identifier: Apache-2.0
-- bounce/record: what a report says of a contact.
-- role: barometre_mailer
-- parameters: $1 uuid contact, $2 bytea hash of the report, $3 text kind, $4 text status
-- rows: 1: outcome text
SELECT barometre.bounce_record($1::uuid, $2::bytea, $3::text, $4::text) AS outcome
