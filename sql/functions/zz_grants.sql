-- SPDX-License-Identifier: Apache-2.0
-- Who may do what, from nothing, at every migrate. Columns are granted one by one where rows tell of people or answers:
-- a grant on the whole table would show xmin and ctid too, the order in which things happened.
--
--	web	functions only, and the public description of editions
--	mailer	contacts with their address boxes, the ledger; nothing of answers, no mac
--	keeper	boxes, drafts' counted half, the answer side; of people only totals
--	staff	totals, ledger without names, releases, accounts; nothing of answers, no address

DO $$
BEGIN
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO barometre_web, barometre_staff, barometre_keeper, barometre_mailer',
		current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON SCHEMA barometre FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA barometre
	FROM PUBLIC, barometre_web, barometre_staff, barometre_keeper, barometre_mailer;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA barometre
	FROM PUBLIC, barometre_web, barometre_staff, barometre_keeper, barometre_mailer;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA barometre
	FROM PUBLIC, barometre_web, barometre_staff, barometre_keeper, barometre_mailer;
GRANT USAGE ON SCHEMA barometre TO barometre_web, barometre_staff, barometre_keeper, barometre_mailer;

GRANT SELECT ON barometre.schema_migration, barometre.edition, barometre.form, barometre.edition_audience
	TO barometre_web, barometre_staff, barometre_keeper, barometre_mailer;

GRANT SELECT ON barometre.retention TO barometre_web, barometre_staff, barometre_keeper, barometre_mailer;

-- How many custodians there are is told to respondents; who they are, to those who work with them.
GRANT SELECT (edition) ON barometre.custodian TO barometre_web, barometre_mailer;
GRANT SELECT ON barometre.custodian TO barometre_staff, barometre_keeper;

-- web
GRANT EXECUTE ON FUNCTION
	barometre.web_submit(text[], text[], text[], bytea[], uuid[], bytea[], bytea[], date, integer),
	barometre.web_invitation(bytea),
	barometre.web_draft_load(bytea, bytea),
	barometre.web_draft_save(text, text, bytea, bytea, bytea, bytea, bytea),
	barometre.web_draft_delete(bytea),
	barometre.web_stop(bytea),
	barometre.web_receipt_check(uuid),
	barometre.web_receipt_withdraw(uuid)
	TO barometre_web;

-- mailer
GRANT SELECT (edition, id, audience, address_box, objected, bounced) ON barometre.contact TO barometre_mailer;
GRANT SELECT (edition, id, contact, done) ON barometre.invitation TO barometre_mailer;
GRANT SELECT, UPDATE (state) ON barometre.mailing TO barometre_mailer;
GRANT SELECT (mailing, contact, edition, state, reason, code, queue_id, attempt, not_before, claimed_at, done_at),
	INSERT (mailing, contact, edition) ON barometre.delivery TO barometre_mailer;
GRANT UPDATE (state, reason, code, queue_id, attempt, not_before, claimed_at, done_at)
	ON barometre.delivery TO barometre_mailer;
GRANT EXECUTE ON FUNCTION barometre.mailing_expand(uuid), barometre.mailing_finish(uuid) TO barometre_mailer;

-- keeper
GRANT SELECT (edition, audience, slot, box) ON barometre.urn TO barometre_keeper;
GRANT SELECT (edition, audience, handle, count_box) ON barometre.draft TO barometre_keeper;
GRANT INSERT ON barometre.response, barometre.verbatim, barometre.place_total, barometre.contact_wish,
	barometre.invalid_box TO barometre_keeper;
GRANT SELECT (edition, audience, id, completeness, answers) ON barometre.response TO barometre_keeper;
GRANT SELECT (edition, audience, id, question, body) ON barometre.verbatim TO barometre_keeper;
GRANT SELECT (edition, audience, question, code, n) ON barometre.place_total TO barometre_keeper;
GRANT SELECT (edition, audience, id, box) ON barometre.contact_wish TO barometre_keeper;
GRANT SELECT (edition, audience, id, box, reason) ON barometre.invalid_box TO barometre_keeper;
GRANT SELECT ON barometre.count_record, barometre.participation_total TO barometre_keeper;
-- Its rows change in the transactions of submissions: by columns, so that nobody sees which one was the last.
GRANT SELECT (edition, audience, channel, day, shard, n) ON barometre.participation_day
	TO barometre_keeper, barometre_staff;
GRANT SELECT, INSERT ON barometre.release, barometre.release_row TO barometre_keeper;
GRANT SELECT ON barometre.keeper_task TO barometre_keeper;
GRANT UPDATE (taken_at, finished_at, outcome) ON barometre.keeper_task TO barometre_keeper;
GRANT INSERT (login, action, detail) ON barometre.journal TO barometre_keeper;
GRANT EXECUTE ON FUNCTION
	barometre.edition_close(text),
	barometre.count_start(text),
	barometre.count_finish(text, text[], bigint[], bigint[], bigint[], bigint[], bigint[], jsonb),
	barometre.count_settle(text),
	barometre.count_shared_tables(text),
	barometre.count_shared_lists(text),
	barometre.count_seal(text, jsonb, text),
	barometre.edition_released(text),
	barometre.staff_participation(text),
	barometre.retention_people(),
	barometre.retention_answers(),
	barometre.retention_purge_people(),
	barometre.retention_purge_answers()
	TO barometre_keeper;

-- staff
GRANT SELECT ON barometre.mailing, barometre.participation_total, barometre.count_record,
	barometre.release, barometre.release_row, barometre.account, barometre.api_key, barometre.keeper_task,
	barometre.journal TO barometre_staff;
GRANT SELECT (mailing, contact, edition, state, reason, code, queue_id, attempt, done_at) ON barometre.delivery
	TO barometre_staff;
GRANT SELECT, INSERT, DELETE ON barometre.staff_session TO barometre_staff;
GRANT INSERT (kind, edition, asked_by) ON barometre.keeper_task TO barometre_staff;
GRANT INSERT (login, action, detail) ON barometre.journal TO barometre_staff;
GRANT EXECUTE ON FUNCTION barometre.staff_participation(text) TO barometre_staff;
