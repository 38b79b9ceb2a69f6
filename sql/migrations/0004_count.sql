-- SPDX-License-Identifier: Apache-2.0
-- The count in two transactions: answers first, then people into totals; then the record is completed and sealed.

-- A random name for the time of the count: the keeper fetches drafts in an order of its own without seeing loc, which
-- whoever has the link and the campaign key can compute.
ALTER TABLE barometre.draft ADD COLUMN handle uuid;
CREATE UNIQUE INDEX draft_handle ON barometre.draft (handle) WHERE handle IS NOT NULL;

-- settled: the second transaction is done. hash: of the complete record, as printed on it; NULL until then.
ALTER TABLE barometre.count_record ADD COLUMN settled boolean NOT NULL DEFAULT false,
	ADD COLUMN hash text CHECK (hash ~ '^[0-9a-f]{64}$'),
	ADD CHECK (hash IS NULL OR settled);
-- Before this migration both were one transaction.
UPDATE barometre.count_record SET settled = true;

-- Dispositions of the personal links (functions/participation.sql).
ALTER TABLE barometre.participation_total ADD COLUMN complete bigint NOT NULL DEFAULT 0,
	ADD COLUMN refusal bigint NOT NULL DEFAULT 0,
	ADD COLUMN undelivered bigint NOT NULL DEFAULT 0,
	ADD COLUMN not_sent bigint NOT NULL DEFAULT 0,
	ADD COLUMN silent bigint NOT NULL DEFAULT 0;
