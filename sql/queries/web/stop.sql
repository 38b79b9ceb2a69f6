-- SPDX-License-Identifier: Apache-2.0
-- web/stop: an objection, for ever.
-- role: barometre_web
-- parameters: $1 bytea hash of the stop id
-- rows: 1: found boolean
SELECT barometre.web_stop($1::bytea) AS found
