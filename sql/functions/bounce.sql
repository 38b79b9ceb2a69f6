-- SPDX-License-Identifier: Apache-2.0
-- Mail that came back, and objections that staff were told of.
--
-- How an objection reaches the ledger: the staff site, which holds no key, seals the address to the public half of address.key
-- (address_public of staff_site_options in web/sites.h, address_box_seal of mail/outbox.h) and calls objection_request_add; the mailer, which can open it and has the key of the hashes,
-- takes it within seconds (mail/objection_desk.h), and from then on the next claim leaves those contacts out. The command
-- "barometre contacts object" has the key folder and calls contact_object itself. The log keeps how many, never who.

-- An objection for ever: every contact of the address in every edition, and whatever list is imported later. How many contacts there are.
CREATE OR REPLACE FUNCTION barometre.contact_object(p_address_hash bytea, p_login text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_found bigint;
BEGIN
	INSERT INTO barometre.objection (address_hash) VALUES (p_address_hash) ON CONFLICT DO NOTHING;
	UPDATE barometre.contact c SET objected = true WHERE c.address_hash = p_address_hash AND NOT c.objected;
	SELECT count(*) INTO v_found FROM barometre.contact c WHERE c.address_hash = p_address_hash;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, 'contact_object', format('contacts %s', v_found));
	RETURN v_found;
END
$$;

-- For the staff site. 'twice': that id was asked already, nothing is done.
CREATE OR REPLACE FUNCTION barometre.objection_request_add(p_id uuid, p_address_box bytea, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO barometre.objection_request (id, address_box, asked_by) VALUES (p_id, p_address_box, p_login)
	ON CONFLICT DO NOTHING;
	RETURN CASE WHEN FOUND THEN 'done' ELSE 'twice' END;
END
$$;

-- The latest, for the staff site: who asked for how many to be left alone, never for whom. Dropped first: an earlier one gave an id too, and
-- CREATE OR REPLACE changes no columns.
DROP FUNCTION IF EXISTS barometre.objection_requests(integer);
CREATE OR REPLACE FUNCTION barometre.objection_requests(p_limit integer)
RETURNS TABLE (state text, found bigint, asked_by text, asked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.state, r.found, r.asked_by, r.asked_at
	FROM barometre.objection_request r ORDER BY r.asked_at DESC, r.id LIMIT p_limit
$$;

-- For the mailer.
CREATE OR REPLACE FUNCTION barometre.objection_request_waiting(p_limit integer) RETURNS TABLE (id uuid, address_box bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.id, r.address_box FROM barometre.objection_request r
	WHERE r.state = 'waiting' ORDER BY r.asked_at, r.id LIMIT p_limit
$$;

-- p_address_hash NULL: the box could not be read. Safe to repeat, by two mailers too. How many contacts; NULL when it was done before.
CREATE OR REPLACE FUNCTION barometre.objection_request_done(p_id uuid, p_address_hash bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_login text;
	v_found bigint;
BEGIN
	UPDATE barometre.objection_request r SET address_box = NULL,
		state = CASE WHEN p_address_hash IS NULL THEN 'unreadable' ELSE 'done' END
	WHERE r.id = p_id AND r.state = 'waiting' RETURNING r.asked_by INTO v_login;
	IF v_login IS NULL THEN
		RETURN NULL;
	END IF;
	IF p_address_hash IS NULL THEN
		RETURN 0;
	END IF;
	v_found := barometre.contact_object(p_address_hash, v_login);
	UPDATE barometre.objection_request r SET found = v_found WHERE r.id = p_id;
	RETURN v_found;
END
$$;

-- A report about a mail, read and proven ours by its return address (mail/verp.h). p_report: hash of the report, so that the same one
-- counts once, whatever crashed. p_kind: hard, soft, complaint. p_status: what is shown ("550 5.1.1").
--	stopped	nobody writes to this contact any more, as of now
--	counted	a mail came back for a time only
--	seen	this report, or another about the same mail, was counted already; or the contact had been stopped before
--	unknown	no such contact, or (soft) no mail left for it
-- Three different mails that came back for a time only stop the contact too. A complaint is an objection as well: to have said "this is spam" is to
-- have asked not to be written to. The ledger keeps the mail as sent: the relay did take it.
CREATE OR REPLACE FUNCTION barometre.bounce_record(p_contact uuid, p_report bytea, p_kind text, p_status text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v record;
	v_mailing uuid;
	v_soft integer;
BEGIN
	IF p_kind NOT IN ('hard', 'soft', 'complaint') OR p_status !~ '^[a-z0-9. ]{1,20}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'not a kind or status of a bounce';
	END IF;
	-- The contact's row is the lock that two readers of one mailbox meet at.
	SELECT c.edition, c.address_hash, c.bounced, c.soft_bounces, c.soft_mailing INTO v
	FROM barometre.edition e JOIN barometre.contact c ON c.edition = e.code AND c.id = p_contact
	FOR NO KEY UPDATE OF c;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	INSERT INTO barometre.bounce_seen (report, day) VALUES (p_report, current_date) ON CONFLICT DO NOTHING;
	IF NOT FOUND THEN
		RETURN 'seen';
	END IF;
	IF p_kind = 'complaint' THEN
		PERFORM barometre.contact_object(v.address_hash, '(bounce)');
	END IF;
	IF v.bounced IS NOT NULL THEN
		RETURN 'seen';
	END IF;
	IF p_kind = 'soft' THEN
		SELECT d.mailing INTO v_mailing FROM barometre.delivery d
		WHERE d.edition = v.edition AND d.contact = p_contact AND d.state IN ('sent', 'unknown', 'claimed')
		ORDER BY coalesce(d.done_at, d.claimed_at) DESC NULLS LAST LIMIT 1;
		IF v_mailing IS NULL THEN
			RETURN 'unknown';
		END IF;
		IF v_mailing = v.soft_mailing THEN
			RETURN 'seen';
		END IF;
		v_soft := v.soft_bounces + 1;
		UPDATE barometre.contact c SET soft_bounces = v_soft, soft_mailing = v_mailing,
			bounced = CASE WHEN v_soft >= 3 THEN p_status END
		WHERE c.edition = v.edition AND c.id = p_contact;
		RETURN CASE WHEN v_soft >= 3 THEN 'stopped' ELSE 'counted' END;
	END IF;
	UPDATE barometre.contact c SET bounced = p_status WHERE c.edition = v.edition AND c.id = p_contact;
	RETURN 'stopped';
END
$$;

-- A bounce was wrong.
--	done		this contact is written to again
--	objected	the bounce is lifted, but the person has objected (a complaint is an objection too), which stays: nobody writes to them
--	state		there is nothing to lift
--	missing		no such contact
CREATE OR REPLACE FUNCTION barometre.contact_lift(p_edition text, p_contact uuid, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_was text;
	v_objected boolean;
BEGIN
	SELECT c.bounced, c.objected INTO v_was, v_objected FROM barometre.contact c
	WHERE c.edition = p_edition AND c.id = p_contact FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'missing';
	END IF;
	IF v_was IS NULL THEN
		RETURN 'state';
	END IF;
	UPDATE barometre.contact c SET bounced = NULL, soft_bounces = 0, soft_mailing = NULL
	WHERE c.edition = p_edition AND c.id = p_contact;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, 'contact_lift', format('%s %s', p_edition, v_was));
	RETURN CASE WHEN v_objected THEN 'objected' ELSE 'done' END;
END
$$;
