-- SPDX-License-Identifier: Apache-2.0
-- moderation/texts: every open answer with its state, for the moderator.
-- role: owner
-- parameters: $1 text edition
-- rows: n   verbatim uuid, audience, question, body, state, redacted, reason, decided_on, decided_by text
SELECT verbatim, audience, question, body, state, redacted, reason, decided_on, decided_by FROM barometre.moderation_texts($1::text)
