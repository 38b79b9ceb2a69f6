-- SPDX-License-Identifier: Apache-2.0
-- staff/session_create: a session; expired ones of everybody go.
-- role: barometre_staff
-- parameters: $1 bytea hash of the cookie, $2 text login, $3 timestamptz expires, $4 bytea csrf
-- rows: none
WITH old AS (DELETE FROM barometre.staff_session WHERE expires_at < now())
INSERT INTO barometre.staff_session (hash, login, expires_at, csrf) VALUES ($1::bytea, $2::text, $3::timestamptz, $4::bytea)
