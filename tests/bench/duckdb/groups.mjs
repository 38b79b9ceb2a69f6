// SPDX-License-Identifier: Apache-2.0
// groups.mjs - runs SQL in DuckDB: {"threads", "prepare": [SQL], "statements": [SQL]} in, {"seconds", "mib", "lines"} out.
// Only the statements are timed; lines are their first columns.
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const job = JSON.parse(readFileSync(0, "utf8"));
const instance = await DuckDBInstance.create(":memory:", { threads: String(job.threads) });
const connection = await instance.connect();
for (const statement of job.prepare) await connection.run(statement);

const lines = [];
const began = process.hrtime.bigint();
for (const statement of job.statements) {
	const reader = await connection.runAndReadAll(statement);
	for (const [line] of reader.getRows()) lines.push(line);
}
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
process.stdout.write(JSON.stringify({ seconds, mib: process.resourceUsage().maxRSS / 1024, lines }));
