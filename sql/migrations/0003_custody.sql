-- SPDX-License-Identifier: Apache-2.0
-- Who keeps the counting key: the server (the weaker choice), or custodians, each with a file and a passphrase of their own.
ALTER TABLE barometre.edition
	ADD COLUMN keys text NOT NULL DEFAULT 'server' CHECK (keys IN ('server', 'custodians'));

-- Names for people; verified_on is the last day on which the custodian's file opened a box sealed to the edition's key.
CREATE TABLE barometre.custodian (
	edition text NOT NULL REFERENCES barometre.edition,
	name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 120),
	ordinal integer NOT NULL,
	verified_on date,
	PRIMARY KEY (edition, name),
	UNIQUE (edition, ordinal)
);
