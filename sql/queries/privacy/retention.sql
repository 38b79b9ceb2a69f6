-- SPDX-License-Identifier: Apache-2.0
-- privacy/retention: until when each edition keeps what tells of people.
-- role: any
-- parameters: none
-- rows: n: edition, contacts_until, wishes_until text (YYYY-MM-DD), journal_months bigint
SELECT edition, to_char(contacts_until, 'YYYY-MM-DD') AS contacts_until, to_char(wishes_until, 'YYYY-MM-DD') AS wishes_until,
	journal_months::bigint AS journal_months
FROM barometre.retention
