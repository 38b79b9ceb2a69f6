-- SPDX-License-Identifier: Apache-2.0
-- Transitions of an edition that a process makes. SQLSTATE BR003: the state does not allow it; BR006: the custodians' files are
-- not all tested; P0002: no such edition.

-- The key of a draft is made, or made again: whoever held a file of the former one is a custodian no more.
CREATE OR REPLACE FUNCTION barometre.custody_make(p_code text, p_count_key bytea, p_names text[], p_again boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_edition barometre.edition;
BEGIN
	SELECT * INTO STRICT v_edition FROM barometre.edition e WHERE e.code = p_code FOR NO KEY UPDATE;
	IF v_edition.state <> 'draft' OR v_edition.keys <> 'custodians' OR coalesce(cardinality(p_names), 0) < 2
		OR (v_edition.count_key IS NOT NULL AND NOT p_again) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'no key can be made';
	END IF;
	DELETE FROM barometre.custodian WHERE edition = p_code;
	INSERT INTO barometre.custodian (edition, name, ordinal)
	SELECT p_code, n.name, n.ordinal FROM unnest(p_names) WITH ORDINALITY AS n (name, ordinal);
	UPDATE barometre.edition SET count_key = p_count_key, revision = revision + 1 WHERE code = p_code;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES ('(commande)', CASE WHEN v_edition.count_key IS NULL THEN 'key.make' ELSE 'key.again' END, p_code);
END
$$;

-- A custodian's file has opened a test box. False: the key is another one, or nobody has that name.
CREATE OR REPLACE FUNCTION barometre.custody_verify(p_code text, p_count_key bytea, p_name text, p_day date) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM barometre.edition e WHERE e.code = p_code AND e.count_key = p_count_key FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE barometre.custodian SET verified_on = p_day WHERE edition = p_code AND name = p_name;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	INSERT INTO barometre.journal (login, action, detail) VALUES ('(commande)', 'key.test', p_code);
	RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION barometre.edition_open(p_code text, p_count_key bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_edition barometre.edition;
BEGIN
	SELECT * INTO STRICT v_edition FROM barometre.edition e WHERE e.code = p_code FOR NO KEY UPDATE;
	IF v_edition.state <> 'draft' THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not a draft';
	END IF;
	-- A key that nobody can bring back is a survey that nobody can count.
	IF v_edition.keys = 'custodians' AND (v_edition.count_key IS DISTINCT FROM p_count_key
		OR (SELECT count(*) < 2 OR count(*) > count(c.verified_on)
			FROM barometre.custodian c WHERE c.edition = p_code)) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR006', MESSAGE = 'custodians not verified';
	END IF;
	UPDATE barometre.edition SET state = 'open', count_key = p_count_key, revision = revision + 1 WHERE code = p_code;
END
$$;

-- No mail leaves a closed edition: what was still planned is accounted for.
CREATE OR REPLACE FUNCTION barometre.edition_close(p_code text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_state text;
BEGIN
	SELECT e.state INTO STRICT v_state FROM barometre.edition e WHERE e.code = p_code FOR NO KEY UPDATE;
	IF v_state <> 'open' THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not open';
	END IF;
	UPDATE barometre.edition SET state = 'closed', revision = revision + 1 WHERE code = p_code;
	-- The mailings first, as in mailing.sql: a row that is being given back sees the closing.
	UPDATE barometre.mailing SET state = 'finished' WHERE edition = p_code AND state NOT IN ('finished', 'cancelled');
	UPDATE barometre.delivery d SET state = 'skipped', reason = 'closed', not_before = NULL, done_at = now()
	FROM barometre.mailing m WHERE m.edition = p_code AND d.mailing = m.id AND d.state = 'planned';
	UPDATE barometre.mailing m SET alarm = true
	WHERE m.edition = p_code AND NOT m.alarm
		AND m.written <> (SELECT count(*) FROM barometre.delivery d WHERE d.mailing = m.id);
END
$$;
