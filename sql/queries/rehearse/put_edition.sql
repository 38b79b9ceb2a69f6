-- SPDX-License-Identifier: Apache-2.0
-- rehearse/put_edition: what rehearse/take gave but the plan, in the copy; a draft, for contacts to be added as before the opening.
-- role: owner
-- parameters: $1 text JSON
-- rows: none
WITH forms AS (
	INSERT INTO barometre.form SELECT * FROM jsonb_populate_recordset(NULL::barometre.form, $1::jsonb -> 'form')),
editions AS (
	INSERT INTO barometre.edition SELECT * FROM jsonb_populate_recordset(NULL::barometre.edition,
		jsonb_build_array(($1::jsonb -> 'edition' -> 0) || '{"state":"draft"}'))),
audiences AS (
	INSERT INTO barometre.edition_audience
	SELECT * FROM jsonb_populate_recordset(NULL::barometre.edition_audience, $1::jsonb -> 'edition_audience'))
INSERT INTO barometre.letter SELECT * FROM jsonb_populate_recordset(NULL::barometre.letter, $1::jsonb -> 'letter')
