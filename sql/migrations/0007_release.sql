-- SPDX-License-Identifier: Apache-2.0
-- Crossed tables: what a group is called, and who is out of the base and why.
ALTER TABLE barometre.release_row
	ADD segment_label text NOT NULL DEFAULT '',
	ADD not_answered bigint,
	ADD not_concerned bigint;

-- The life of a release: draft → checked → published → withdrawn. What stood before this migration was out already.
-- parameters: the thresholds it was made with, as it prints them.
ALTER TABLE barometre.release
	ADD kind text NOT NULL DEFAULT 'count' CHECK (kind IN ('count', 'coding', 'correction')),
	ADD parameters jsonb NOT NULL DEFAULT '{}',
	ADD state text NOT NULL DEFAULT 'published' CHECK (state IN ('draft', 'checked', 'published', 'withdrawn')),
	ADD refused text, -- what the check said of a draft
	ADD published_on date,
	ADD published_by text,
	ADD withdrawn_on date,
	ADD withdrawn_by text,
	ADD withdrawn_why text;
UPDATE barometre.release SET published_on = created_on, published_by = '', kind = CASE version WHEN 1 THEN 'count' ELSE 'coding' END,
	parameters = jsonb_build_object('min_base', min_base, 'min_cell', min_cell, 'coalition', 0);
ALTER TABLE barometre.release
	ALTER kind DROP DEFAULT,
	ALTER parameters DROP DEFAULT,
	ALTER state SET DEFAULT 'draft',
	ADD CHECK (refused IS NULL OR state = 'draft'),
	ADD CHECK ((state IN ('published', 'withdrawn')) = (published_on IS NOT NULL)),
	ADD CHECK ((published_on IS NULL) = (published_by IS NULL)),
	ADD CHECK ((state = 'withdrawn') = (withdrawn_on IS NOT NULL)),
	ADD CHECK ((withdrawn_on IS NULL) = (withdrawn_by IS NULL)),
	ADD CHECK ((withdrawn_on IS NULL) = (coalesce(withdrawn_why, '') = ''));

-- What was merged, gathered or withheld, and why.
CREATE TABLE barometre.release_note (
	edition text NOT NULL,
	version bigint NOT NULL,
	n bigint NOT NULL,
	audience text NOT NULL,
	question text NOT NULL,
	segment text NOT NULL,
	code text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (edition, version, n),
	FOREIGN KEY (edition, version) REFERENCES barometre.release
);

-- The files of a published release, made once: what is served is these bytes. hash: BLAKE2b-256 of them, in hexadecimal.
CREATE TABLE barometre.release_file (
	edition text NOT NULL,
	version bigint NOT NULL,
	format text NOT NULL CHECK (format IN
		('csv', 'csv-excel', 'xlsx', 'json', 'json-stat', 'ddi', 'datapackage', 'manifest')),
	name text NOT NULL,
	media_type text NOT NULL,
	bytes bytea NOT NULL,
	hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
	PRIMARY KEY (edition, version, format),
	FOREIGN KEY (edition, version) REFERENCES barometre.release
);

-- What an administrator asks the keeper: of which release, and why.
ALTER TABLE barometre.keeper_task
	DROP CONSTRAINT keeper_task_kind_check,
	ADD CONSTRAINT keeper_task_kind_check CHECK (kind IN ('close', 'count', 'publish', 'withdraw')),
	ADD version bigint,
	ADD reason text NOT NULL DEFAULT '',
	ADD CHECK ((kind IN ('publish', 'withdraw')) = (version IS NOT NULL));
