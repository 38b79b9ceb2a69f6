-- SPDX-License-Identifier: Apache-2.0
-- contact/invite_late: contacts have come after the invitation mailing began: it takes them in when it is expanded again,
--   which adds nobody twice. Without this they would silently never be written to.
-- role: owner
-- parameters: $1 text edition, $2 timestamptz now
-- rows: 0
UPDATE barometre.mailing SET state = 'planned'
WHERE edition = $1::text AND kind = 'invitation' AND state IN ('sending', 'finished') AND not_after > $2::timestamptz
