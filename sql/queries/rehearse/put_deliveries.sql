-- SPDX-License-Identifier: Apache-2.0
-- rehearse/put_deliveries: a page of the ledger, in the copy.
-- role: owner
-- parameters: $1 text JSON
-- rows: none
INSERT INTO barometre.delivery SELECT * FROM jsonb_populate_recordset(NULL::barometre.delivery, $1::jsonb)
