-- SPDX-License-Identifier: Apache-2.0
-- mailing/finish: marks a mailing finished when nothing is left.
-- role: barometre_mailer
-- parameters: $1 uuid mailing
-- rows: 1: n bigint (rows left)
SELECT barometre.mailing_finish($1::uuid) AS n
