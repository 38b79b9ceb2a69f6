-- SPDX-License-Identifier: Apache-2.0
-- keeper/task_recover: a keeper starts, and there is only one: what another had taken and not finished is to be taken again.
-- role: barometre_keeper
-- parameters: none
-- rows: none
UPDATE barometre.keeper_task SET taken_at = NULL WHERE finished_at IS NULL AND taken_at IS NOT NULL
