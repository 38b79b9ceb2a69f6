-- SPDX-License-Identifier: Apache-2.0
-- web/receipt_check: is the box in an urn that was not counted?
-- role: barometre_web
-- parameters: $1 uuid slot
-- rows: 1: found boolean
SELECT barometre.web_receipt_check($1::uuid) AS found
