-- SPDX-License-Identifier: Apache-2.0
-- count/drafts: opens the same cursor on the drafts of an audience, the half sealed to the counting key.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience
-- rows: none; of the cursor: slot uuid (the handle that count/start gave), box bytea
DECLARE boxes NO SCROLL CURSOR FOR SELECT handle AS slot, count_box AS box FROM barometre.draft WHERE edition = $1::text AND audience = $2::text
