-- SPDX-License-Identifier: Apache-2.0
-- Keys for the interface for programs. No role but the owner sees the table: a hash goes in, what the key may do comes out.

-- Makes one. Again with the same id: 'again', and nothing is made, so that a form sent twice is one key.
CREATE OR REPLACE FUNCTION barometre.api_key_add(p_id uuid, p_hash bytea, p_login text, p_label text, p_scopes text[],
	p_edition text, p_days integer, p_by text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_role text;
BEGIN
	SELECT a.role INTO v_role FROM barometre.account a WHERE a.login = p_login FOR KEY SHARE;
	IF v_role IS NULL THEN
		RETURN 'account';
	ELSIF v_role NOT IN ('admin', 'analyst') THEN
		RETURN 'role';
	ELSIF p_edition IS NOT NULL AND NOT EXISTS (SELECT FROM barometre.edition e WHERE e.code = p_edition) THEN
		RETURN 'edition';
	ELSIF p_days NOT BETWEEN 1 AND 730 THEN
		RETURN 'days';
	END IF;
	INSERT INTO barometre.api_key (hash, login, id, label, scopes, edition, expires_at)
	VALUES (p_hash, p_login, p_id, p_label, p_scopes, p_edition, now() + p_days * interval '1 day')
	ON CONFLICT (id) DO NOTHING;
	IF NOT FOUND THEN
		RETURN 'again';
	END IF;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_by, 'api.key.create', concat_ws(' ', left(p_id::text, 8), p_login, array_to_string(p_scopes, ' '), p_edition, p_days || 'd'));
	RETURN 'made';
END
$$;

-- p_owner NULL: whoever's it is. p_id: its first characters, as lists show them, 8 at least.
CREATE OR REPLACE FUNCTION barometre.api_key_revoke(p_id text, p_owner text, p_by text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_n bigint;
BEGIN
	IF p_id !~ '^[0-9a-f-]{8,36}$' THEN
		RETURN 0;
	END IF;
	WITH gone AS (
		UPDATE barometre.api_key k SET revoked_at = now()
		WHERE left(k.id::text, length(p_id)) = p_id AND (p_owner IS NULL OR k.login = p_owner) AND k.revoked_at IS NULL
		RETURNING k.id, k.login), told AS (
		INSERT INTO barometre.journal (login, action, detail)
		SELECT p_by, 'api.key.revoke', left(g.id::text, 8) || ' ' || g.login FROM gone g)
	SELECT count(*) INTO v_n FROM gone;
	RETURN v_n;
END
$$;

-- p_owner NULL: everybody's. No hash.
CREATE OR REPLACE FUNCTION barometre.api_keys(p_owner text)
RETURNS TABLE (id text, login text, label text, scopes text, edition text, created_on text, expires_on text, last_used_on text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT k.id::text, k.login, k.label, array_to_string(k.scopes, ' '), k.edition, (k.created_at AT TIME ZONE 'UTC')::date::text,
		(k.expires_at AT TIME ZONE 'UTC')::date::text, k.last_used_on::text,
		CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired' ELSE 'good' END
	FROM barometre.api_key k WHERE p_owner IS NULL OR k.login = p_owner
	ORDER BY (k.revoked_at IS NOT NULL OR k.expires_at <= now()), k.login, k.created_at DESC, k.id
$$;

-- What a key may do; notes the day. ends_on: when it expired or was revoked.
CREATE OR REPLACE FUNCTION barometre.api_key_use(p_hash bytea)
RETURNS TABLE (role text, scopes text, edition text, expires bigint, state text, ends_on text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
	UPDATE barometre.api_key k SET last_used_on = v_today
	WHERE k.hash = p_hash AND k.last_used_on IS DISTINCT FROM v_today AND k.revoked_at IS NULL AND k.expires_at > now();
	RETURN QUERY SELECT a.role, array_to_string(k.scopes, ' '), k.edition,
		(extract(epoch FROM k.expires_at) * 1000000)::bigint,
		CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired' ELSE 'good' END,
		(coalesce(k.revoked_at, k.expires_at) AT TIME ZONE 'UTC')::date::text
	FROM barometre.api_key k JOIN barometre.account a ON a.login = k.login WHERE k.hash = p_hash;
END
$$;
