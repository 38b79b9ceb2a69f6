-- SPDX-License-Identifier: Apache-2.0
-- count/boxes: opens a cursor on the boxes of an audience.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience
-- rows: none; of the cursor: slot uuid, box bytea
DECLARE boxes NO SCROLL CURSOR FOR SELECT slot, box FROM barometre.urn WHERE edition = $1::text AND audience = $2::text
