-- SPDX-License-Identifier: Apache-2.0
-- Who may do what, from nothing, at every migrate. Columns are granted one by one where rows tell of people or answers:
-- a grant on the whole table would show xmin and ctid too, the order in which things happened.
--
--	web	functions only, and the public description of editions
--	mailer	the transitions of the ledger; an address box with each claim; nothing of answers, no mac
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

-- mailer: addresses come with a claim, a few at a time.
GRANT SELECT (id, edition, kind, state, letter) ON barometre.mailing TO barometre_mailer;
GRANT EXECUTE ON FUNCTION
	barometre.mailing_due(timestamptz),
	barometre.mailing_expand(uuid),
	barometre.mailing_claim(uuid, timestamptz, bigint, uuid, bigint),
	barometre.delivery_record(uuid, uuid, bigint, text, integer, text, timestamptz, timestamptz),
	barometre.mailing_recover(timestamptz),
	barometre.mailing_hold_late(uuid, timestamptz),
	barometre.mailing_finish(uuid, timestamptz),
	barometre.mail_gate_check(uuid, bigint, timestamptz)
	TO barometre_mailer;

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
GRANT SELECT ON barometre.release TO barometre_keeper;
GRANT INSERT (edition, version, kind, parameters, min_base, min_cell, reason, created_on, row_count, hash)
	ON barometre.release TO barometre_keeper;
GRANT SELECT, INSERT ON barometre.release_row, barometre.release_note, barometre.release_file TO barometre_keeper;
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
	barometre.release_checked(text, bigint),
	barometre.release_refused(text, bigint, text),
	barometre.release_publish(text, bigint, text),
	barometre.release_withdraw(text, bigint, text, text),
	barometre.staff_participation(text),
	barometre.retention_people(),
	barometre.retention_answers(),
	barometre.retention_purge_people(),
	barometre.retention_purge_answers()
	TO barometre_keeper;

-- What earlier editions published: everybody who makes or looks at figures.
GRANT SELECT ON barometre.published_figure TO barometre_keeper, barometre_staff;

-- staff
GRANT SELECT ON barometre.mailing, barometre.mail_gate, barometre.participation_total, barometre.count_record,
	barometre.release, barometre.release_row, barometre.release_note, barometre.release_file, barometre.account, barometre.keeper_task,
	barometre.journal TO barometre_staff;
GRANT SELECT (mailing, contact, edition, kind, state, reason, code, queue_id, attempt, done_at) ON barometre.delivery
	TO barometre_staff;
GRANT SELECT, INSERT, DELETE ON barometre.staff_session TO barometre_staff;
GRANT INSERT (kind, edition, version, reason, asked_by) ON barometre.keeper_task TO barometre_staff;
GRANT INSERT (login, action, detail) ON barometre.journal TO barometre_staff;
GRANT EXECUTE ON FUNCTION barometre.staff_participation(text) TO barometre_staff;
GRANT EXECUTE ON FUNCTION
	barometre.mailing_add(uuid, text, text, text, text, text[], text[], text, timestamptz, timestamptz, text, integer, integer, text, text),
	barometre.mailing_pause(uuid, text),
	barometre.mailing_resume(uuid, text),
	barometre.mailing_cancel(uuid, text),
	barometre.mailing_send_now(uuid, timestamptz, text),
	barometre.mailing_reschedule(uuid, timestamptz, timestamptz, text),
	barometre.mailing_dry_run(uuid),
	barometre.mailing_dry_run_rows(uuid, text, uuid, integer),
	barometre.delivery_decide(uuid, uuid, text, text),
	barometre.mail_hold(text),
	barometre.mail_release(text),
	barometre.mail_state()
	TO barometre_staff;

-- bounces and objections by staff
GRANT EXECUTE ON FUNCTION
	barometre.bounce_record(uuid, bytea, text, text),
	barometre.objection_request_waiting(integer),
	barometre.objection_request_done(uuid, bytea)
	TO barometre_mailer;
GRANT EXECUTE ON FUNCTION
	barometre.objection_request_add(uuid, bytea, text),
	barometre.objection_requests(integer),
	barometre.contact_lift(text, uuid, text)
	TO barometre_staff;

-- letters: the mailer reads them; who writes them sees no address, nor whose test it is but by its login
GRANT SELECT (edition, kind, audience, source) ON barometre.letter TO barometre_mailer;
GRANT SELECT ON barometre.letter TO barometre_staff;
GRANT SELECT (id, edition, kind, audience, mailing, state, code, asked_by, asked_at) ON barometre.letter_test
	TO barometre_staff;
GRANT EXECUTE ON FUNCTION
	barometre.letter_save(text, text, text, text, bigint, text),
	barometre.letter_drop(text, text, text, bigint, text),
	barometre.mailing_letter_save(uuid, text, text, text),
	barometre.letter_contact(text, text),
	barometre.letter_test_add(uuid, text, text, text, uuid, bytea, timestamptz, text)
	TO barometre_staff;
GRANT EXECUTE ON FUNCTION
	barometre.letter_test_take(timestamptz),
	barometre.letter_test_done(uuid, text, integer)
	TO barometre_mailer;

-- the contact list as numbers, and whom a mailing would go to
GRANT EXECUTE ON FUNCTION
	barometre.staff_segments(text),
	barometre.staff_contacts(text),
	barometre.staff_bounce_reasons(text),
	barometre.staff_bounced(text, text, uuid, integer),
	barometre.staff_mailing_preview(text, text, text[], text[], text, timestamptz, timestamptz)
	TO barometre_staff;

-- keys of the interface for programs: the table itself is nobody's, so that no hash is read
GRANT EXECUTE ON FUNCTION
	barometre.api_key_add(uuid, bytea, text, text, text[], text, integer, text),
	barometre.api_key_revoke(text, text, text),
	barometre.api_keys(text),
	barometre.api_key_use(bytea)
	TO barometre_staff;
