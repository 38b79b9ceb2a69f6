-- SPDX-License-Identifier: Apache-2.0
-- staff/form: the questionnaire of an audience, for the wording of its questions.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text audience
-- rows: 0..1: source text (JSON)
SELECT f.source FROM barometre.edition_audience a JOIN barometre.form f ON f.hash = a.form
WHERE a.edition = $1::text AND a.audience = $2::text
