-- SPDX-License-Identifier: Apache-2.0
-- rehearse/put_mailings: the plan, in the copy; after the contacts, who else would count as come late.
-- role: owner
-- parameters: $1 text JSON
-- rows: none
INSERT INTO barometre.mailing SELECT * FROM jsonb_populate_recordset(NULL::barometre.mailing, $1::jsonb -> 'mailing')
