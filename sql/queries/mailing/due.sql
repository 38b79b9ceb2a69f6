-- SPDX-License-Identifier: Apache-2.0
-- mailing/due: mailings of open editions to work on now.
-- role: barometre_mailer
-- parameters: $1 timestamptz now
-- rows: n: id uuid, edition text, kind text, state text, due bigint (microseconds), not_after bigint
SELECT id, edition, kind, state, due, not_after FROM barometre.mailing_due($1::timestamptz)
