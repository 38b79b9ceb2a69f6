-- SPDX-License-Identifier: Apache-2.0
-- mailing/expand: writes the ledger rows of a mailing.
-- role: barometre_mailer
-- parameters: $1 uuid mailing
-- rows: 1: n bigint (rows added)
SELECT barometre.mailing_expand($1::uuid) AS n
