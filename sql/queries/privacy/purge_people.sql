-- SPDX-License-Identifier: Apache-2.0
-- privacy/purge_people: deletes what is due of people.
-- role: owner, barometre_keeper
-- parameters: none
-- rows: n: kind, edition text, deleted bigint
SELECT kind, edition, deleted FROM barometre.retention_purge_people()
