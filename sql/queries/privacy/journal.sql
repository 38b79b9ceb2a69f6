-- SPDX-License-Identifier: Apache-2.0
-- privacy/journal: an edition was opened although the check before opening had severe findings. The detail is of our words and
-- the reason that was given on the command line.
-- role: owner
-- parameters: $1 text detail
-- rows: none
INSERT INTO barometre.journal (login, action, detail) VALUES ('(commande)', 'open-despite', $1::text)
