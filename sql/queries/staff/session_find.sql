-- SPDX-License-Identifier: Apache-2.0
-- staff/session_find: the session of a cookie, unless expired.
-- role: barometre_staff
-- parameters: $1 bytea hash of the cookie
-- rows: 0..1: login text, role text, csrf bytea, expires bigint (microseconds)
SELECT s.login, a.role, s.csrf, (extract(epoch FROM s.expires_at) * 1000000)::bigint AS expires
FROM barometre.staff_session s JOIN barometre.account a ON a.login = s.login
WHERE s.hash = $1::bytea AND s.expires_at > now()
