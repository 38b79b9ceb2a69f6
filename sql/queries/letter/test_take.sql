-- SPDX-License-Identifier: Apache-2.0
-- letter/test_take: claims the next letter to oneself.
-- role: barometre_mailer
-- parameters: $1 timestamptz now
-- rows: 0..1: id uuid, edition, kind, audience text, mailing uuid or NULL, address_box bytea
SELECT id, edition, kind, audience, mailing, address_box FROM barometre.letter_test_take($1::timestamptz)
