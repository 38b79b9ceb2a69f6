-- SPDX-License-Identifier: Apache-2.0
-- The identity side (contact, invitation, mailing, delivery, objection) and the answer side (urn, draft, response and
-- what comes with it) share nothing but the codes of the edition and the audience: no foreign key joins them.
-- On the answer side there is no time, no sequence, no trigger and no default that would tell an order
-- (tests/store/test_schema_db.c reads the catalogue to make sure).

CREATE TABLE barometre.edition (
	code text PRIMARY KEY,
	title text NOT NULL,
	zone text NOT NULL,
	state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'open', 'closed', 'counted', 'released')),
	opens timestamptz NOT NULL,
	closes timestamptz NOT NULL CHECK (closes > opens),
	min_base bigint NOT NULL CHECK (min_base >= 0),
	min_cell bigint NOT NULL CHECK (min_cell >= 0),
	count_partials boolean NOT NULL,
	count_key bytea CHECK (octet_length(count_key) = 32),
	trustee_key bytea NOT NULL CHECK (octet_length(trustee_key) = 32),
	mail jsonb NOT NULL,
	revision bigint NOT NULL DEFAULT 1,
	CHECK (state = 'draft' OR count_key IS NOT NULL)
);

CREATE TABLE barometre.form (
	hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
	audience text NOT NULL,
	source text NOT NULL
);

CREATE TABLE barometre.edition_audience (
	edition text NOT NULL REFERENCES barometre.edition,
	audience text NOT NULL,
	form text NOT NULL REFERENCES barometre.form,
	open_link boolean NOT NULL,
	channels text[] NOT NULL,
	ordinal integer NOT NULL,
	PRIMARY KEY (edition, audience)
);

-- The identity side.

CREATE TABLE barometre.contact (
	edition text NOT NULL,
	id uuid NOT NULL,
	audience text NOT NULL,
	address_box bytea NOT NULL,
	address_hash bytea NOT NULL CHECK (octet_length(address_hash) = 32),
	stop_hash bytea NOT NULL UNIQUE CHECK (octet_length(stop_hash) = 32),
	department text NOT NULL DEFAULT '',
	type text NOT NULL DEFAULT '',
	objected boolean NOT NULL DEFAULT false,
	bounced text,
	added_after_open boolean NOT NULL DEFAULT false,
	PRIMARY KEY (edition, id),
	UNIQUE (edition, audience, address_hash),
	FOREIGN KEY (edition, audience) REFERENCES barometre.edition_audience
);
ALTER TABLE barometre.contact ALTER address_box SET STORAGE EXTERNAL;
-- An objection reaches every edition.
CREATE INDEX contact_address ON barometre.contact (address_hash);

-- Room on each page for the one update of its life.
CREATE TABLE barometre.invitation (
	edition text NOT NULL,
	id uuid NOT NULL,
	contact uuid NOT NULL,
	audience text NOT NULL,
	mac bytea NOT NULL UNIQUE CHECK (octet_length(mac) = 32),
	done boolean NOT NULL DEFAULT false,
	PRIMARY KEY (edition, id),
	UNIQUE (edition, contact),
	FOREIGN KEY (edition, contact) REFERENCES barometre.contact
) WITH (fillfactor = 85);

CREATE TABLE barometre.objection (
	address_hash bytea PRIMARY KEY CHECK (octet_length(address_hash) = 32)
);

CREATE TABLE barometre.mailing (
	id uuid PRIMARY KEY,
	edition text NOT NULL REFERENCES barometre.edition,
	kind text NOT NULL CHECK (kind IN ('invitation', 'relance1', 'relance2', 'relance3')),
	state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'sending', 'finished', 'held')),
	due timestamptz NOT NULL,
	not_after timestamptz NOT NULL CHECK (not_after > due),
	totals jsonb, -- by the count, when the ledger rows go
	UNIQUE (edition, kind)
);

CREATE TABLE barometre.delivery (
	mailing uuid NOT NULL REFERENCES barometre.mailing,
	contact uuid NOT NULL,
	edition text NOT NULL,
	state text NOT NULL DEFAULT 'planned'
		CHECK (state IN ('planned', 'claimed', 'sent', 'refused', 'skipped', 'unknown')),
	reason text CHECK (reason IN ('done', 'objected', 'bounced', 'late', 'closed')),
	code integer,
	queue_id text,
	attempt integer NOT NULL DEFAULT 0,
	not_before timestamptz,
	claimed_at timestamptz,
	done_at timestamptz,
	PRIMARY KEY (mailing, contact),
	FOREIGN KEY (edition, contact) REFERENCES barometre.contact,
	CHECK ((state = 'skipped') = (reason IS NOT NULL))
) WITH (fillfactor = 85);
CREATE INDEX delivery_planned ON barometre.delivery (mailing, contact) WHERE state = 'planned';
CREATE INDEX delivery_contact ON barometre.delivery (edition, contact);

-- The answer side.

CREATE TABLE barometre.urn (
	edition text NOT NULL,
	audience text NOT NULL,
	slot uuid NOT NULL,
	box bytea NOT NULL,
	PRIMARY KEY (edition, slot)
);
ALTER TABLE barometre.urn ALTER box SET STORAGE EXTERNAL; -- ciphertext does not compress

CREATE TABLE barometre.draft (
	loc bytea PRIMARY KEY,
	edition text NOT NULL,
	audience text NOT NULL,
	resume_box bytea NOT NULL,
	count_box bytea NOT NULL
);
ALTER TABLE barometre.draft ALTER resume_box SET STORAGE EXTERNAL;
ALTER TABLE barometre.draft ALTER count_box SET STORAGE EXTERNAL;

CREATE TABLE barometre.invalid_box (
	edition text NOT NULL,
	audience text NOT NULL,
	id uuid NOT NULL,
	box bytea NOT NULL,
	reason text NOT NULL,
	PRIMARY KEY (edition, id)
);
ALTER TABLE barometre.invalid_box ALTER box SET STORAGE EXTERNAL;

CREATE TABLE barometre.response (
	edition text NOT NULL,
	audience text NOT NULL,
	id uuid NOT NULL,
	completeness text NOT NULL CHECK (completeness IN ('complete', 'partial')),
	answers jsonb COMPRESSION lz4 NOT NULL,
	PRIMARY KEY (edition, id)
);

CREATE TABLE barometre.verbatim (
	edition text NOT NULL,
	audience text NOT NULL,
	id uuid NOT NULL,
	question text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (edition, id)
);

CREATE TABLE barometre.place_total (
	edition text NOT NULL,
	audience text NOT NULL,
	question text NOT NULL,
	code text NOT NULL,
	n bigint NOT NULL,
	PRIMARY KEY (edition, audience, question, code)
);

CREATE TABLE barometre.contact_wish (
	edition text NOT NULL,
	audience text NOT NULL,
	id uuid NOT NULL,
	box bytea NOT NULL,
	PRIMARY KEY (edition, id)
);
ALTER TABLE barometre.contact_wish ALTER box SET STORAGE EXTERNAL;

-- Totals: never a row about somebody.

-- channel: '' personal link, '-' open link without a channel, else the channel. Shards keep concurrent
-- transactions off each other's row; readers add them up.
CREATE TABLE barometre.participation_day (
	edition text NOT NULL,
	audience text NOT NULL,
	channel text NOT NULL,
	day date NOT NULL,
	shard integer NOT NULL,
	n bigint NOT NULL,
	PRIMARY KEY (edition, audience, channel, day, shard)
) WITH (fillfactor = 50);

-- What participation becomes at the count.
CREATE TABLE barometre.participation_total (
	edition text NOT NULL,
	audience text NOT NULL,
	contacts bigint NOT NULL,
	added_after_open bigint NOT NULL,
	sent bigint NOT NULL,
	refused bigint NOT NULL,
	objected bigint NOT NULL,
	done_invited bigint NOT NULL,
	done_open bigint NOT NULL,
	drafts bigint NOT NULL,
	PRIMARY KEY (edition, audience)
);

CREATE TABLE barometre.count_record (
	edition text PRIMARY KEY REFERENCES barometre.edition,
	record jsonb NOT NULL
);

-- Releases.

CREATE TABLE barometre.release (
	edition text NOT NULL REFERENCES barometre.edition,
	version bigint NOT NULL,
	min_base bigint NOT NULL,
	min_cell bigint NOT NULL,
	reason text NOT NULL,
	created_on date NOT NULL,
	row_count bigint NOT NULL,
	hash text NOT NULL,
	PRIMARY KEY (edition, version)
);

CREATE TABLE barometre.release_row (
	edition text NOT NULL,
	version bigint NOT NULL,
	n bigint NOT NULL,
	audience text NOT NULL,
	question text NOT NULL,
	type text NOT NULL,
	segment text NOT NULL,
	segment_value text NOT NULL,
	option text NOT NULL,
	label text NOT NULL,
	base bigint,
	mentions bigint,
	count bigint,
	percent bigint,
	value double precision,
	status text NOT NULL,
	PRIMARY KEY (edition, version, n),
	FOREIGN KEY (edition, version) REFERENCES barometre.release
);

-- Staff.

CREATE TABLE barometre.account (
	login text PRIMARY KEY,
	role text NOT NULL CHECK (role IN ('admin', 'analyst', 'coder')),
	password_hash text NOT NULL
);

CREATE TABLE barometre.api_key (
	hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
	login text NOT NULL REFERENCES barometre.account
);

CREATE TABLE barometre.staff_session (
	hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
	login text NOT NULL REFERENCES barometre.account,
	expires_at timestamptz NOT NULL,
	csrf bytea NOT NULL
);

CREATE TABLE barometre.keeper_task (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('close', 'count')),
	edition text NOT NULL REFERENCES barometre.edition,
	asked_by text NOT NULL,
	asked_at timestamptz NOT NULL DEFAULT now(),
	taken_at timestamptz,
	finished_at timestamptz,
	outcome text
);
-- Asking twice for the same thing is asking once.
CREATE UNIQUE INDEX keeper_task_pending ON barometre.keeper_task (kind, edition) WHERE finished_at IS NULL;

CREATE TABLE barometre.journal (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now(),
	login text NOT NULL,
	action text NOT NULL,
	detail text NOT NULL DEFAULT ''
);
