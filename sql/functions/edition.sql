-- SPDX-License-Identifier: Apache-2.0
-- Transitions of an edition that a process makes. SQLSTATE BR003: the state does not allow it; P0002: no such edition.

CREATE OR REPLACE FUNCTION barometre.edition_open(p_code text, p_count_key bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_state text;
BEGIN
	SELECT e.state INTO STRICT v_state FROM barometre.edition e WHERE e.code = p_code FOR NO KEY UPDATE;
	IF v_state <> 'draft' THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not a draft';
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
	UPDATE barometre.delivery d SET state = 'skipped', reason = 'closed', done_at = now()
	FROM barometre.mailing m WHERE m.edition = p_code AND d.mailing = m.id AND d.state = 'planned';
	UPDATE barometre.mailing SET state = 'finished' WHERE edition = p_code AND state <> 'finished';
END
$$;
