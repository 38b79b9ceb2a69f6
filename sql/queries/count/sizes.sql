-- SPDX-License-Identifier: Apache-2.0
-- count/sizes: how many boxes and drafts an audience has.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience
-- rows: 1: boxes bigint, drafts bigint
SELECT (SELECT count(*) FROM barometre.urn WHERE edition = $1::text AND audience = $2::text) AS boxes,
	(SELECT count(*) FROM barometre.draft WHERE edition = $1::text AND audience = $2::text) AS drafts
