-- SPDX-License-Identifier: Apache-2.0
-- The life of a release: draft → checked → published → withdrawn. SQLSTATE BR003: the state does not allow it; P0002: no such release.
-- Lines and notes are written with the draft and by nobody later; files while it is checked or published.

-- What it tells was held against all former releases.
CREATE OR REPLACE FUNCTION barometre.release_checked(p_edition text, p_version bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_state text;
BEGIN
	SELECT r.state INTO STRICT v_state FROM barometre.release r
	WHERE r.edition = p_edition AND r.version = p_version FOR NO KEY UPDATE;
	IF v_state <> 'draft' THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not a draft';
	END IF;
	UPDATE barometre.release SET state = 'checked', refused = NULL WHERE edition = p_edition AND version = p_version;
END
$$;

-- It was held against them and must not leave: it stays a draft, with what was found.
CREATE OR REPLACE FUNCTION barometre.release_refused(p_edition text, p_version bigint, p_account text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE barometre.release SET refused = p_account
	WHERE edition = p_edition AND version = p_version AND state = 'draft'
$$;

-- All its files are there. A counted edition becomes released. An older release than the newest that is out stays where it is.
CREATE OR REPLACE FUNCTION barometre.release_publish(p_edition text, p_version bigint, p_login text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_edition text;
	v_release barometre.release;
	v_files bigint;
BEGIN
	SELECT e.state INTO STRICT v_edition FROM barometre.edition e WHERE e.code = p_edition FOR NO KEY UPDATE;
	SELECT * INTO STRICT v_release FROM barometre.release r
	WHERE r.edition = p_edition AND r.version = p_version FOR NO KEY UPDATE;
	SELECT count(*) INTO v_files FROM barometre.release_file f WHERE f.edition = p_edition AND f.version = p_version;
	IF v_edition NOT IN ('counted', 'released') OR v_release.state <> 'checked' OR v_files < 8
		OR EXISTS (SELECT FROM barometre.release r WHERE r.edition = p_edition AND r.version > p_version
			AND r.state IN ('published', 'withdrawn')) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'cannot be published';
	END IF;
	UPDATE barometre.release SET state = 'published', published_on = (now() AT TIME ZONE 'UTC')::date, published_by = p_login
	WHERE edition = p_edition AND version = p_version;
	UPDATE barometre.edition SET revision = revision + 1, state = 'released' WHERE code = p_edition;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, 'release.publish', p_edition || ' ' || p_version || ' ' || v_release.hash);
END
$$;

-- Its figures are served no more; the record of it stays, and so does what it told: later releases are held against it.
CREATE OR REPLACE FUNCTION barometre.release_withdraw(p_edition text, p_version bigint, p_login text, p_why text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_state text;
BEGIN
	PERFORM FROM barometre.edition e WHERE e.code = p_edition FOR NO KEY UPDATE;
	SELECT r.state INTO STRICT v_state FROM barometre.release r
	WHERE r.edition = p_edition AND r.version = p_version FOR NO KEY UPDATE;
	IF v_state <> 'published' THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not published';
	END IF;
	UPDATE barometre.release SET state = 'withdrawn', withdrawn_on = (now() AT TIME ZONE 'UTC')::date,
		withdrawn_by = p_login, withdrawn_why = p_why
	WHERE edition = p_edition AND version = p_version;
	UPDATE barometre.edition SET revision = revision + 1 WHERE code = p_edition;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, 'release.withdraw', p_edition || ' ' || p_version);
END
$$;

DROP FUNCTION IF EXISTS barometre.edition_released(text);
