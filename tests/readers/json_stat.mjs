// SPDX-License-Identifier: Apache-2.0
// json_stat.mjs FILE.json FILE.csv - every dataset of a JSON-stat collection, read by jsonstat-toolkit, says what the tidy CSV says.
import { readFileSync } from "node:fs";
import JSONstat from "jsonstat-toolkit";

const [stat, csv] = process.argv.slice(2);
const problems = [];
let compared = 0;

function wrong(what) {
	problems.push(what);
	if (problems.length < 10) console.log(`wrong: ${what}`);
}

// RFC 4180, written here: nothing is shared with the writer.
function readCsv(text) {
	const rows = [];
	let row = [], cell = "", inside = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (inside && c === '"' && text[i + 1] === '"') cell += text[++i];
		else if (c === '"') inside = !inside;
		else if (!inside && c === ",") { row.push(cell); cell = ""; }
		else if (!inside && c === "\r" && text[i + 1] === "\n") { row.push(cell); rows.push(row); row = []; cell = ""; i++; }
		else cell += c;
	}
	const names = rows.shift();
	return rows.map((r) => Object.fromEntries(names.map((n, k) => [n, r[k]])));
}

const lines = readCsv(readFileSync(csv, "utf8"));
const whole = JSONstat(JSON.parse(readFileSync(stat, "utf8")));
if (whole.class !== "collection") wrong(`class ${whole.class}`);
const cubes = new Map();
for (const item of whole.link.item) {
	const cube = JSONstat(item);
	if (cube.class !== "dataset" || cube.length !== 4) wrong(`${item.label}: class ${cube.class}, ${cube.length} dimensions`);
	if (cube.n !== item.value.length) wrong(`${item.label}: ${cube.n} cells, ${item.value.length} values`);
	for (const [role, dimension] of [["time", "edition"], ["metric", "measure"]])
		if (cube.role[role]?.[0] !== dimension) wrong(`${item.label}: role ${role}`);
	const { audience, question, segment } = item.extension;
	const key = JSON.stringify([audience, question, segment]);
	if (cubes.has(key)) wrong(`${key} twice`);
	cubes.set(key, cube);
}
const geo = whole.link.item.filter((i) => i.role.geo);
if (!geo.some((i) => i.extension.segment === "departement")) wrong("no dataset has a geographic dimension");
if (geo.some((i) => !["departement", "est_ouest"].includes(i.extension.segment))) wrong("a cube is geographic that should not be");

const measures = ["count", "percent", "low", "high", "base", "not_answered", "not_concerned"];
let withheld = 0;
const rates = { told: 0, untold: 0 };
for (const line of lines) {
	const cube = cubes.get(JSON.stringify([line.audience, line.question, line.segment]));
	if (!cube) { wrong(`no cube of ${line.question} by ${line.segment}`); continue; }
	const group = line.segment === "" ? "all" : line.segment_value;
	if (line.segment_label && cube.Dimension("group").Category(group).label !== line.segment_label) wrong(`group ${group}`);
	if (cube.Dimension("option").Category(line.option).label !== line.label) wrong(`label of ${line.question} ${line.option}`);
	// What is no number of people has decimals. A rate that cannot be told has its place all the same.
	const statistic = line.type === "rate" || /\.\d\d$/.test(line.count);
	if (line.type === "rate") rates[line.count === "" ? "untold" : "told"]++;
	for (const column of measures) {
		const measure = statistic && column === "count" ? "value" : column;
		const cell = cube.Data({ edition: line.edition, group, option: line.option, measure });
		const want = line[column] === "" ? null : Number(line[column]);
		if (cell.value !== want) wrong(`${line.question} ${line.option} ${column}: ${cell.value}, not ${want}`);
		const status = cell.status ?? "";
		const expected = want !== null || line.status === "" ? "" : line.status.startsWith("at_") ? line.status : "c";
		if (status !== expected) wrong(`${line.question} ${line.option} ${column}: status ${status}, not ${expected}`);
		if (status === "c") withheld++;
		compared++;
	}
}
if (rates.told === 0 || rates.untold === 0) wrong("the sample has no rate that is told, or none that is not");
if (withheld === 0) wrong("nothing is withheld: the sample does not show it");
console.log(`${cubes.size} datasets, ${lines.length} lines, ${compared} values compared, ${withheld} withheld`);
process.exit(problems.length ? 1 : 0);
