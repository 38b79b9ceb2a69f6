-- SPDX-License-Identifier: Apache-2.0
-- Until when an edition keeps what tells of people, as its file says; NULL is the usual delay (the view below, its one place).
ALTER TABLE barometre.edition
	ADD COLUMN contacts_until date,
	ADD COLUMN journal_months integer CHECK (journal_months BETWEEN 1 AND 120),
	ADD COLUMN wishes_until date;

-- The last day each is kept, in the zone of the edition: contacts six months after the closing day, wishes a year; the journal a year.
CREATE VIEW barometre.retention AS
SELECT e.code AS edition,
	coalesce(e.contacts_until, ((e.closes AT TIME ZONE e.zone)::date + interval '6 months')::date) AS contacts_until,
	coalesce(e.journal_months, 12) AS journal_months,
	coalesce(e.wishes_until, ((e.closes AT TIME ZONE e.zone)::date + interval '12 months')::date) AS wishes_until,
	(now() AT TIME ZONE e.zone)::date AS today
FROM barometre.edition e;
