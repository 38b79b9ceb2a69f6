-- SPDX-License-Identifier: Apache-2.0
-- privacy/purge_answers: deletes what is due beside the answers.
-- role: owner, barometre_keeper
-- parameters: none
-- rows: n: kind, edition text, deleted bigint
SELECT kind, edition, deleted FROM barometre.retention_purge_answers()
