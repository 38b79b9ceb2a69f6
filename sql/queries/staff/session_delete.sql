-- SPDX-License-Identifier: Apache-2.0
-- staff/session_delete: log-out.
-- role: barometre_staff
-- parameters: $1 bytea hash of the cookie
-- rows: none
DELETE FROM barometre.staff_session WHERE hash = $1::bytea
