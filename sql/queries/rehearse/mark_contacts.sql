-- SPDX-License-Identifier: Apache-2.0
-- rehearse/mark_contacts: who, in the copy, has objected, cannot be reached, has answered.
-- role: owner
-- parameters: $1 text edition, $2 uuid[] objecting, $3 uuid[] bounced, $4 uuid[] done
-- rows: none
WITH marked AS (
	UPDATE barometre.contact c SET objected = c.id = ANY($2::uuid[]),
		bounced = CASE WHEN c.id = ANY($3::uuid[]) THEN 'rehearsal' END
	WHERE c.edition = $1::text AND (c.id = ANY($2::uuid[]) OR c.id = ANY($3::uuid[])))
UPDATE barometre.invitation v SET done = true WHERE v.edition = $1::text AND v.contact = ANY($4::uuid[]) AND NOT v.done
