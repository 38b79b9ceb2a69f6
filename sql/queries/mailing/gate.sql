-- SPDX-License-Identifier: Apache-2.0
-- mailing/gate: may mail leave? Holds it when the database is behind what the mailer knows.
-- role: barometre_mailer
-- parameters: $1 uuid mark or NULL, $2 bigint sequence or NULL (what the mailer's file says), $3 timestamptz now
-- rows: 1: held text or NULL (restored, asked), noticed boolean (just now), mark uuid, sequence bigint, letters bigint
SELECT held, noticed, mark, sequence, letters FROM barometre.mail_gate_check($1::uuid, $2::bigint, $3::timestamptz)
