-- SPDX-License-Identifier: Apache-2.0
-- mailing/recover: rows claimed before $1 and never recorded: nobody knows whether they left; a person decides.
-- role: barometre_mailer
-- parameters: $1 timestamptz
-- rows: 1: n bigint
SELECT barometre.mailing_recover($1::timestamptz) AS n
