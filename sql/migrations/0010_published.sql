-- SPDX-License-Identifier: Apache-2.0
-- What earlier editions published, every number as it was printed, errors and all: forms/published/*.csv.
CREATE TABLE barometre.published_figure (
	edition text NOT NULL CHECK (edition ~ '^[0-9]{4}$'),
	n bigint NOT NULL, -- the order of the file, from 1
	audience text NOT NULL,
	question text NOT NULL,
	option text NOT NULL, -- its code in our forms, or ''
	measure text NOT NULL,
	value text NOT NULL, -- as printed
	number double precision, -- NULL where what is printed is no number ("2/3")
	base bigint CHECK (base >= 0), -- NULL where it is not printed
	unit text NOT NULL,
	wording text NOT NULL,
	label text NOT NULL,
	source text NOT NULL CHECK (source <> ''),
	known_error text NOT NULL,
	PRIMARY KEY (edition, n),
	UNIQUE (edition, audience, question, measure, label)
);
