-- SPDX-License-Identifier: Apache-2.0
-- people/wishes: contact wishes of a counted edition, sealed to its trustee, in random-id order.
-- role: owner   $1 text edition
-- rows: n   audience text, box bytea
SELECT audience, box FROM barometre.contact_wish WHERE edition = $1 ORDER BY audience, id
