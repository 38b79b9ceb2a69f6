-- SPDX-License-Identifier: Apache-2.0
-- Themes of open answers: several a text, from the codebook of its question.
CREATE TABLE barometre.coding (
	edition text NOT NULL,
	verbatim uuid NOT NULL,
	theme text NOT NULL,
	PRIMARY KEY (edition, verbatim, theme)
);
