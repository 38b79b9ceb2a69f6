-- SPDX-License-Identifier: Apache-2.0
-- count/fetch: the next boxes of the cursor.
-- role: barometre_keeper
-- parameters: none
-- rows: n (at most 100): slot uuid, box bytea
FETCH 100 FROM boxes
