-- SPDX-License-Identifier: Apache-2.0
-- count/fetch_end: closes the cursor.
-- role: barometre_keeper
-- parameters: none
-- rows: none
CLOSE boxes
