-- SPDX-License-Identifier: Apache-2.0
-- web/receipt_withdraw: takes the box out of an urn that was not counted.
-- role: barometre_web
-- parameters: $1 uuid slot
-- rows: 1: found boolean
SELECT barometre.web_receipt_withdraw($1::uuid) AS found
