-- SPDX-License-Identifier: Apache-2.0
-- mailing/hold_late: holds a mailing whose time has passed while somebody was left.
-- role: barometre_mailer
-- parameters: $1 uuid mailing, $2 timestamptz now
-- rows: 1: n bigint (1: held here)
SELECT barometre.mailing_hold_late($1::uuid, $2::timestamptz) AS n
