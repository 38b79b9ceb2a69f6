-- SPDX-License-Identifier: Apache-2.0
-- Codebooks in versions, coders, and the moderation of open answers. Nothing here tells when somebody answered: a text is its random id.

-- A version that is there never changes. Version 1 is forms/codebooks.json, put in at first use.
CREATE TABLE barometre.codebook (
	book text NOT NULL CHECK (book ~ '^[a-z][a-z0-9_]{0,59}$'),
	version bigint NOT NULL CHECK (version >= 1),
	created_on date NOT NULL,
	note text NOT NULL,
	PRIMARY KEY (book, version)
);
-- 'aucun_theme' and 'illisible' can be said of any text, and are themes of no book.
CREATE TABLE barometre.codebook_theme (
	book text NOT NULL,
	version bigint NOT NULL,
	ordinal bigint NOT NULL,
	code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{0,59}$' AND code NOT IN ('aucun_theme', 'illisible')),
	label text NOT NULL CHECK (label <> ''),
	PRIMARY KEY (book, version, code),
	UNIQUE (book, version, ordinal),
	FOREIGN KEY (book, version) REFERENCES barometre.codebook
);
-- What became of the themes of the version before: one line each; two of one theme are a split.
CREATE TABLE barometre.codebook_map (
	book text NOT NULL,
	version bigint NOT NULL,
	was text NOT NULL,
	becomes text NOT NULL,
	PRIMARY KEY (book, version, was, becomes),
	FOREIGN KEY (book, version, becomes) REFERENCES barometre.codebook_theme (book, version, code)
);
-- The version an edition codes with.
CREATE TABLE barometre.edition_codebook (
	edition text NOT NULL,
	book text NOT NULL,
	version bigint NOT NULL,
	PRIMARY KEY (edition, book),
	FOREIGN KEY (book, version) REFERENCES barometre.codebook
);

-- Who reads which text. coder '' is whoever coded before there were coders, or without a name; '*' is the decision where two
-- coders disagree. position: each coder's own random order. state 'again': a theme that was given has been split.
CREATE TABLE barometre.coding_task (
	edition text NOT NULL,
	verbatim uuid NOT NULL,
	coder text NOT NULL CHECK (coder IN ('', '*') OR coder ~ '^[a-z0-9][a-z0-9._@-]{0,59}$'),
	position bigint NOT NULL,
	book text NOT NULL,
	version bigint NOT NULL,
	state text NOT NULL CHECK (state IN ('todo', 'done', 'again')),
	set_by text NOT NULL DEFAULT '',
	PRIMARY KEY (edition, verbatim, coder)
);
CREATE INDEX coding_task_order ON barometre.coding_task (edition, coder, position);

ALTER TABLE barometre.coding
	ADD coder text NOT NULL DEFAULT '',
	ADD version bigint NOT NULL DEFAULT 1,
	DROP CONSTRAINT coding_pkey,
	ADD PRIMARY KEY (edition, verbatim, coder, theme);
ALTER TABLE barometre.coding ALTER coder DROP DEFAULT, ALTER version DROP DEFAULT;

-- What was coded before: by nobody in particular, with version 1 of the book that the question of the text names.
INSERT INTO barometre.coding_task (edition, verbatim, coder, position, book, version, state)
SELECT v.edition, v.id, '', row_number() OVER (PARTITION BY v.edition ORDER BY v.id),
	coalesce(jsonb_path_query_first(f.source::jsonb, '$.** ? (@.name == $question).barometre.codebook',
		jsonb_build_object('question', v.question)) #>> '{}', ''), 1, 'done'
FROM barometre.verbatim v
JOIN barometre.edition_audience a ON a.edition = v.edition AND a.audience = v.audience
JOIN barometre.form f ON f.hash = a.form
WHERE EXISTS (SELECT FROM barometre.coding k WHERE k.edition = v.edition AND k.verbatim = v.id);

-- Moderation. A text without a line is waiting. body: what may be read instead of the text, which stays as it was written.
CREATE TABLE barometre.moderation (
	edition text NOT NULL,
	verbatim uuid NOT NULL,
	state text NOT NULL CHECK (state IN ('waiting', 'publishable', 'redacted', 'withheld')),
	body text,
	decided_on date NOT NULL,
	decided_by text NOT NULL,
	reason text NOT NULL,
	PRIMARY KEY (edition, verbatim),
	CHECK ((state = 'redacted') = (coalesce(body, '') <> '')),
	CHECK (state <> 'withheld' OR reason <> '')
);
