-- SPDX-License-Identifier: Apache-2.0
-- moderation/out: the texts that may leave.
-- role: owner
-- parameters: $1 text edition
-- rows: n   audience, question, body text
SELECT audience, question, body FROM barometre.moderation_out($1::text)
