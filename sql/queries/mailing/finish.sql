-- SPDX-License-Identifier: Apache-2.0
-- mailing/finish: marks a mailing finished when nothing is left.
-- role: barometre_mailer
-- parameters: $1 uuid mailing, $2 timestamptz now
-- rows: 1: n bigint (rows left), finished boolean (here), alarm boolean (its rows do not add up)
SELECT n, finished, alarm FROM barometre.mailing_finish($1::uuid, $2::timestamptz)
