-- SPDX-License-Identifier: Apache-2.0
-- mailing/claim: takes rows to send now; those that must not be sent any more are skipped with the reason.
-- role: barometre_mailer
-- parameters: $1 uuid mailing, $2 timestamptz now, $3 bigint limit, $4 uuid mark, $5 bigint sequence (what the mailer's file says)
-- rows: n: mailing, contact, invitation uuid, edition, audience, kind text, address_box bytea, attempt bigint, waited boolean (it had a time to wait for), sequence bigint
SELECT mailing, contact, invitation, edition, audience, kind, address_box, attempt, waited, sequence
FROM barometre.mailing_claim($1::uuid, $2::timestamptz, $3::bigint, $4::uuid, $5::bigint)
