-- SPDX-License-Identifier: Apache-2.0
-- Mailings in full: who they are for, when, until which rate; targeted ones; pause; letters of one's own; a gate that holds all
-- mail after a restored backup; bounces.

-- The ledger's diagram is in include/barometre/store/mailing_store.h.
ALTER TABLE barometre.mailing
	DROP CONSTRAINT mailing_edition_kind_key,
	DROP CONSTRAINT mailing_kind_check,
	DROP CONSTRAINT mailing_state_check,
	ADD title text NOT NULL DEFAULT '',             -- of a targeted one, for the people who plan
	ADD audience text,                              -- NULL: all of them
	ADD departments text[] NOT NULL DEFAULT '{}',   -- of the contact list; empty: all
	ADD types text[] NOT NULL DEFAULT '{}',
	ADD received text NOT NULL DEFAULT 'anything',  -- what must have left for somebody before
	ADD after_kind text,                            -- due: so many days after that mailing was finished, not before `due`
	ADD after_days integer CHECK (after_days BETWEEN 1 AND 365),
	ADD stop_at_percent integer CHECK (stop_at_percent BETWEEN 1 AND 100), -- answers for contacts of its audience
	ADD letter text,                                -- of a targeted one; NULL: the edition's, or the program's
	ADD paused boolean NOT NULL DEFAULT false,
	ADD written bigint NOT NULL DEFAULT 0,          -- rows that were put into the ledger: what the ends of all must add up to
	ADD alarm boolean NOT NULL DEFAULT false,       -- finished, and they do not
	ADD FOREIGN KEY (edition, audience) REFERENCES barometre.edition_audience,
	ADD CHECK ((after_kind IS NULL) = (after_days IS NULL)),
	ADD CHECK (after_kind IN ('invitation', 'relance1', 'relance2')),
	ADD CHECK (kind IN ('invitation', 'relance1', 'relance2', 'relance3', 'targeted')),
	ADD CHECK (letter IS NULL OR kind = 'targeted'),
	-- held: its not-after has passed while somebody was left; a person decides.
	ADD CHECK (state IN ('planned', 'sending', 'held', 'finished', 'cancelled')),
	-- anything: no condition; nothing: no mail of this edition; else that mailing, and nobody else.
	ADD CHECK (received IN ('anything', 'nothing', 'invitation', 'relance1', 'relance2', 'relance3'));
DROP FUNCTION IF EXISTS barometre.mailing_finish(uuid);
CREATE UNIQUE INDEX mailing_once ON barometre.mailing (edition, kind, audience) NULLS NOT DISTINCT WHERE kind <> 'targeted';
-- Until now a reminder went to those whose invitation had left.
UPDATE barometre.mailing SET received = 'invitation' WHERE kind LIKE 'relance%';
UPDATE barometre.mailing m SET written = (SELECT count(*) FROM barometre.delivery d WHERE d.mailing = m.id);

-- The kind again, so that the database itself gives nobody two invitations.
ALTER TABLE barometre.delivery
	DROP CONSTRAINT delivery_reason_check,
	ADD kind text,
	ADD claim bigint, -- mail_gate.sequence of the last one: a word that comes late is about that claim only
	-- left_out: the mailing is not, or not any more, for this person (segment, or what must have left before).
	ADD CHECK (reason IN ('done', 'objected', 'bounced', 'left_out', 'late', 'closed', 'cancelled', 'target', 'given_up'));
UPDATE barometre.delivery d SET kind = m.kind FROM barometre.mailing m WHERE m.id = d.mailing;
ALTER TABLE barometre.delivery ALTER kind SET NOT NULL;
CREATE UNIQUE INDEX delivery_once ON barometre.delivery (edition, contact, kind) WHERE kind <> 'targeted';
-- What waits for a decision, and what may have been lost on its way.
CREATE INDEX delivery_open ON barometre.delivery (mailing, state) WHERE state IN ('claimed', 'unknown');

-- How many mails came back for a time only; why nobody is written to any more is `bounced` ("550 5.1.1", "5.2.2").
ALTER TABLE barometre.contact
	ADD soft_bounces integer NOT NULL DEFAULT 0,
	ADD soft_mailing uuid; -- of the last one that was counted: one mail counts once, however many reports come

-- An objection that staff were told of, on its way to the mailer: the address is sealed to it, and goes when it was read.
CREATE TABLE barometre.objection_request (
	id uuid PRIMARY KEY,
	address_box bytea,
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'unreadable')),
	found bigint, -- contacts of that address, in all editions
	asked_by text NOT NULL,
	asked_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((address_box IS NOT NULL) = (state = 'waiting'))
);

-- Reports that were read already: read again they count once. Of the day, for retention.
CREATE TABLE barometre.bounce_seen (
	report bytea PRIMARY KEY CHECK (octet_length(report) = 32),
	day date NOT NULL
);

-- One row. `sequence` grows with each claim; the mailer keeps it on disk too: a database that is behind the disk was restored.
CREATE TABLE barometre.mail_gate (
	only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
	mark uuid NOT NULL DEFAULT gen_random_uuid(),
	sequence bigint NOT NULL DEFAULT 0,
	beat timestamptz, -- of a sequence that nothing but time moved
	letters bigint NOT NULL DEFAULT 0, -- revision of barometre.letter, for the mailer to load them again
	held text CHECK (held IN ('restored', 'asked')),
	held_since timestamptz,
	CHECK ((held IS NULL) = (held_since IS NULL))
);
INSERT INTO barometre.mail_gate DEFAULT VALUES;

-- Letters in an edition's own words; what is not here is the program's.
CREATE TABLE barometre.letter (
	edition text NOT NULL REFERENCES barometre.edition,
	kind text NOT NULL CHECK (kind IN ('invitation', 'relance1', 'relance2', 'relance3', 'targeted')),
	audience text, -- NULL: all of them
	source text NOT NULL,
	saved_by text NOT NULL,
	saved_at timestamptz NOT NULL DEFAULT now(),
	FOREIGN KEY (edition, audience) REFERENCES barometre.edition_audience
);
CREATE UNIQUE INDEX letter_one ON barometre.letter (edition, kind, audience) NULLS NOT DISTINCT;

-- A letter to oneself: the mailer sends it to the address in the box, which goes with the row's end.
CREATE TABLE barometre.letter_test (
	id uuid PRIMARY KEY,
	edition text NOT NULL REFERENCES barometre.edition,
	kind text NOT NULL,
	audience text NOT NULL,
	mailing uuid REFERENCES barometre.mailing,
	address_box bytea,
	state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'claimed', 'sent', 'refused', 'unknown')),
	code integer,
	not_before timestamptz, -- after a 4xx
	asked_by text NOT NULL,
	asked_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((address_box IS NOT NULL) = (state IN ('planned', 'claimed')))
);
