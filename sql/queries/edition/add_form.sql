-- SPDX-License-Identifier: Apache-2.0
-- edition/add_form: keeps a questionnaire under its hash; the same one twice is one.
-- role: owner
-- parameters: $1 text hash, $2 text audience, $3 text source
-- rows: none
INSERT INTO barometre.form (hash, audience, source) VALUES ($1::text, $2::text, $3::text) ON CONFLICT (hash) DO NOTHING
