-- SPDX-License-Identifier: Apache-2.0
-- mailing/recover: rows claimed before $1 and never recorded: nobody knows whether they left; a person decides.
-- role: barometre_mailer
-- parameters: $1 timestamptz
-- rows: 1: n bigint
WITH lost AS (UPDATE barometre.delivery SET state = 'unknown' WHERE state = 'claimed' AND claimed_at < $1::timestamptz RETURNING 1)
SELECT count(*) AS n FROM lost
