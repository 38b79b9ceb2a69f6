-- SPDX-License-Identifier: Apache-2.0
-- The ledger. These run with the mailer's own rights.

-- Rows of a mailing, once for ever: a repetition adds nobody twice. A relance goes to those whose invitation left.
CREATE OR REPLACE FUNCTION barometre.mailing_expand(p_mailing uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_edition text;
	v_kind text;
	v_added bigint;
BEGIN
	UPDATE barometre.mailing m SET state = 'sending' FROM barometre.edition e
	WHERE m.id = p_mailing AND m.state IN ('planned', 'sending') AND e.code = m.edition AND e.state = 'open'
	RETURNING m.edition, m.kind INTO v_edition, v_kind;
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	INSERT INTO barometre.delivery (mailing, contact, edition)
	SELECT p_mailing, c.id, c.edition
	FROM barometre.contact c JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id
	WHERE c.edition = v_edition AND NOT v.done AND NOT c.objected AND c.bounced IS NULL
		AND (v_kind = 'invitation' OR EXISTS (
			SELECT FROM barometre.delivery d JOIN barometre.mailing m ON m.id = d.mailing
			WHERE d.edition = c.edition AND d.contact = c.id AND d.state = 'sent' AND m.kind = 'invitation'))
		AND NOT EXISTS (SELECT FROM barometre.delivery d
			WHERE d.edition = c.edition AND d.contact = c.id AND d.state = 'refused')
	ORDER BY c.id
	ON CONFLICT (mailing, contact) DO NOTHING;
	GET DIAGNOSTICS v_added = ROW_COUNT;
	RETURN v_added;
END
$$;

-- Finished when every row has come to its end; not when it was planned anew meanwhile, for contacts that came late. Returns the number of those that have not.
CREATE OR REPLACE FUNCTION barometre.mailing_finish(p_mailing uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_left bigint;
BEGIN
	SELECT count(*) INTO v_left FROM barometre.delivery d
	WHERE d.mailing = p_mailing AND d.state IN ('planned', 'claimed');
	IF v_left = 0 THEN
		UPDATE barometre.mailing SET state = 'finished' WHERE id = p_mailing AND state = 'sending';
	END IF;
	RETURN v_left;
END
$$;
