-- SPDX-License-Identifier: Apache-2.0
-- Keys of analysts for the interface for programs: what each may ask, until when. Of the key itself only the hash is here; of its use
-- only the day of the last one. Keys made before this migration go on for a year.
ALTER TABLE barometre.api_key
	ADD id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
	ADD label text NOT NULL DEFAULT '' CHECK (char_length(label) <= 80),
	ADD scopes text[] NOT NULL DEFAULT '{figures:read}' CHECK (cardinality(scopes) > 0
		AND scopes <@ '{figures:read}'::text[]),
	ADD edition text REFERENCES barometre.edition,
	ADD created_at timestamptz NOT NULL DEFAULT now(),
	ADD expires_at timestamptz NOT NULL DEFAULT now() + interval '365 days',
	ADD last_used_on date,
	ADD revoked_at timestamptz;
ALTER TABLE barometre.api_key
	ALTER id DROP DEFAULT,
	ALTER label DROP DEFAULT,
	ALTER scopes DROP DEFAULT,
	ALTER expires_at DROP DEFAULT;
CREATE INDEX api_key_login ON barometre.api_key (login);
