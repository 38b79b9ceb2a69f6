// SPDX-License-Identifier: Apache-2.0
// oracle.mjs - the differential test. See README.md; usage: tests/oracle/run.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { Random } from "./random.mjs";
import { makeAnswer, makeAnswers, makeForm } from "./forms.mjs";
import { makeAny, write } from "./expressions.mjs";
import { evaluate, isTrue, pageReader, playPage } from "./browser.mjs";
import { differences, isNear, met } from "./differences.mjs";
import { canonical, clone, Interview, setToday, valueOf, version } from "./survey.mjs";

const DAY = "2026-11-22";
const NOW = Date.parse(`${DAY}T09:00:00Z`);
const SHOWN = 3; // disagreements of a kind that are printed
const LONGEST = 6000; // characters of a line
const TRUE = { op: "boolean", type: "boolean", value: true, args: [] };
const FALSE = { ...TRUE, value: false };

class Engine {
	constructor(program) {
		this.child = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
		this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
	}

	async ask(question) {
		this.child.stdin.write(`${JSON.stringify({ today: NOW * 1000, ...question })}\n`);
		const { value, done } = await this.lines.next();
		if (done) throw new Error("the engine stopped");
		return JSON.parse(value);
	}

	close() {
		this.child.stdin.end();
	}
}

class Tally {
	constructor() {
		this.passed = 0;
		this.failed = 0;
		this.kinds = new Map();
		this.excused = new Map();
	}

	excuse(ids) {
		for (const id of ids) this.excused.set(id, (this.excused.get(id) ?? 0) + 1);
	}

	fail(what, details) {
		const count = (this.kinds.get(what) ?? 0) + 1;
		this.kinds.set(what, count);
		if (count > SHOWN) return;
		console.log(`\nDISAGREEMENT: ${what}`);
		for (const [key, value] of Object.entries(details))
			console.log(`  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`.slice(0, LONGEST));
	}

	// One case with all its comparisons.
	close(failures) {
		if (failures === 0) this.passed++;
		else this.failed++;
	}
}

const missing = (value) => value === undefined || value === null || (typeof value === "number" && isNaN(value));
// A worked out code that is a digit is a number in survey-core.
const sameMember = (a, b) => isDeepStrictEqual(a, b) || isNear(a, b) || (typeof a === "number" && String(a) === b);

function same(a, b) {
	const left = canonical(a);
	const right = canonical(b);
	return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => sameMember(left[key], right[key]));
}

const sorted = (list) => [...list].sort();

// ------------------------------------------------------------------------------------------------ expressions

// A form of three pages where everything is visible: only expressions differ.
function expressionForm(r) {
	const made = makeForm(r);
	for (const question of made.questions)
		for (const key of ["visibleIf", "requiredIf", "validators"]) delete question.json[key];
	for (const page of made.json.pages) open(page);
	return made;
}

function open(container) {
	delete container.visibleIf;
	for (const element of container.elements ?? []) open(element);
	for (const choice of container.choices ?? []) if (typeof choice === "object") delete choice.visibleIf;
}

function sameValue(tree, engine, other) {
	if (tree.type === "boolean") return (engine === true) === (other === true);
	// survey-core makes a number of a code that is a digit.
	if (tree.type === "string") return missing(engine) ? missing(other) : String(engine) === String(other);
	// The engine rounds to 15 digits where survey-core may show 17.
	return missing(engine) ? missing(other) : engine === other || isNear(engine, other);
}

async function compareExpressions(engine, r, tally, count) {
	const made = expressionForm(r);
	const cases = Array.from({ length: 4 }, () => makeAnswers(r, made.questions, r.pick([40, 75, 95])));
	const wanted = Array.from({ length: count }, () => {
		const tree = makeAny(r, made.sources, r.between(1, 4));
		return { tree, text: write(r, tree), at: r.below(cases.length) };
	});
	const said = await engine.ask({ form: made.json, cases, expressions: wanted.map(({ text, at }) => [text, at]) });
	if (said.error) {
		tally.fail("the engine refuses a form", { error: said.error, form: made.json });
		return tally.close(1);
	}
	const pages = said.cases[0].compiled.map((page) => new Set(Object.keys(page.questions)));
	wanted.forEach(({ tree, text, at }, i) => {
		const got = said.expressions[i];
		const values = said.cases[at].submission;
		let failures = 0;
		const fail = (what, details) => {
			failures++;
			tally.fail(what, { expression: text, values, ...details });
		};
		if (got.error) fail("the engine refuses an expression", { error: got.error });
		else {
			got.compiled.forEach((compiled, page) => {
				const read = pageReader(pages[page], values);
				const value = evaluate(compiled, read);
				if (!(missing(got.value) ? missing(value) : got.value === value))
					fail("the browser and the engine on an expression", { page, compiled, engine: got.value ?? null, browser: value ?? null });
				if (isTrue(compiled, read) !== got.true)
					fail("the browser and the engine on what is true", { page, compiled, engine: got.true, browser: !got.true });
			});
			const excuses = met(tree, values, DAY);
			const theirs = excuses.size ? undefined : valueOf(text, values);
			if (excuses.size) tally.excuse(excuses);
			else if (!sameValue(tree, got.value, theirs))
				fail("survey-core and the engine on an expression", { engine: got.value ?? null, survey: theirs ?? null });
		}
		tally.close(failures);
	});
	return undefined;
}

// ------------------------------------------------------------------------------------------------ forms

// A worked out boolean, as a boolean: survey-core keeps the last operand of an `and`, an `or`.
function asBoolean(tree) {
	if (tree.op === "and" || tree.op === "or") return { op: "iif", type: "boolean", args: [tree, TRUE, FALSE] };
	if (tree.op !== "iif" || tree.type !== "boolean") return tree;
	return { ...tree, args: [tree.args[0], ...tree.args.slice(1).map(asBoolean)] };
}

// survey-core as it is to be asked: see differences.md, "What survey-core is told".
function told(made) {
	const plain = new Random(0);
	const json = clone(made.json);
	const byName = new Map(made.questions.map((question) => [question.name, question]));
	const visit = (element) => {
		const question = byName.get(element.name);
		if (element.type === "expression") {
			element.expression = write(plain, asBoolean(question.tree));
			if (question.around.length)
				element.expression = `iif(${question.around.map((condition) => `(${condition})`).join(" and ")}, ${element.expression}, {nothing_})`;
		}
		for (const inner of element.elements ?? []) visit(inner);
	};
	json.pages.forEach(visit);
	(json.calculatedValues ?? []).forEach((calculated, i) => {
		calculated.expression = write(plain, asBoolean(made.calculatedTrees[i]));
	});
	return json;
}

function compareBrowser(made, answers, said, fail) {
	const visible = [];
	const required = [];
	said.compiled.forEach((page) => {
		const played = playPage(page, answers);
		visible.push(...played.visible);
		required.push(...played.required);
		for (const [name, value] of Object.entries(played.values))
			if (!(missing(said.submission[name]) ? missing(value) : value === said.submission[name]))
				fail("the browser and the engine on a worked out value", { name, browser: value ?? null, compiled: page.questions[name] });
		for (const [name, offers] of Object.entries(played.offered))
			for (const [code, offered] of Object.entries(offers))
				if (said.offered[name].includes(code) !== offered)
					fail("the browser and the engine on a choice", { name, code, compiled: page.questions[name].offers });
	});
	if (!isDeepStrictEqual(visible, said.visible))
		fail("the browser and the engine on what is visible", { browser: visible, compiled: said.compiled });
	const always = new Set(made.questions.filter((question) => question.json.isRequired).map((question) => question.name));
	const all = visible.filter((name) => always.has(name) || required.includes(name));
	if (!isDeepStrictEqual(all, said.required)) fail("the browser and the engine on what is required", { browser: all, engine: said.required });
}

function compareErrors(made, said, interview, fail) {
	const { missing: lacking, wrong } = interview.errors();
	const theirs = sorted(new Set([...lacking, ...wrong]));
	const ours = sorted(new Set(said.problems.filter((problem) => problem[2] === "error").map((problem) => problem[0])));
	// What a validator refuses is not stored by the engine, which may hide or show others: then only it is compared.
	const alike = wrong.length ? wrong.every((name) => ours.includes(name)) : isDeepStrictEqual(ours, theirs);
	if (!alike) fail("survey-core and the engine on what is missing or wrong", { engine: said.problems, survey: { lacking, wrong } });
	if ((said.invalid !== null) !== wrong.length > 0)
		fail("survey-core and the engine on whether the data is valid", { engine: said.invalid, survey: wrong });
	const page = made.json.pages.findIndex((one) => {
		const names = new Set();
		const visit = (element) => element.elements ? element.elements.forEach(visit) : names.add(element.name);
		visit(one);
		return lacking.some((name) => names.has(name));
	});
	if (page !== said.missing) fail("survey-core and the engine on the first page with something missing", { engine: said.missing, survey: page, lacking });
}

function excuses(made, said) {
	const all = new Set();
	for (const tree of made.trees) for (const id of met(tree, said.submission, DAY)) all.add(id);
	for (const { name, kind } of made.questions) if (kind === "ranking" && said.offered[name]?.length < 2) all.add("ranking-of-one");
	return all;
}

function compareState(said, interview, fail) {
	if (!isDeepStrictEqual(interview.visible(), said.visible)) {
		fail("survey-core and the engine on what is visible", { survey: interview.visible() });
		return false;
	}
	for (const [name, codes] of Object.entries(said.offered)) {
		if (!said.visible.includes(name)) continue;
		const theirs = interview.model.getQuestionByName(name).visibleChoices.map((choice) => choice.value).filter((code) => code !== "other");
		if (!isDeepStrictEqual(theirs, codes)) fail("survey-core and the engine on the choices offered", { name, engine: codes, survey: theirs });
	}
	const data = interview.data();
	if (!same(data, said.submission)) {
		fail("survey-core and the engine on the cleaned data", { survey: data });
		return false;
	}
	return true;
}

// Ticks in the order of the form, as a page sends them: survey-core puts a choice that was offered later behind.
function inOrder(made, data) {
	for (const { kind, json } of made.questions) {
		if (kind !== "checkbox" || !Array.isArray(data[json.name])) continue;
		const codes = [...json.choices.map((choice) => choice.value ?? choice), "none", "refused", "dontknow", "other"];
		data[json.name].sort((a, b) => codes.indexOf(a) - codes.indexOf(b));
	}
	return data;
}

// A person fills in the form in order, changes several answers, and ends.
async function compareForm(engine, r, tally, count) {
	const made = makeForm(r);
	const order = made.questions.map((question) => question.name);
	const cases = Array.from({ length: count }, () => makeAnswers(r, made.questions, r.pick([30, 75, 95])));
	const first = await engine.ask({ form: made.json, cases });
	if (first.error) {
		tally.fail("the engine refuses a form", { error: first.error, form: made.json });
		return tally.close(1);
	}
	const taught = told(made);
	const failures = cases.map(() => 0);
	const failing = (i, answers, said) => (what, details) => {
		failures[i]++;
		tally.fail(what, { ...details, answers, visible: said.visible, submission: said.submission, form: made.json });
	};
	const interviews = [];
	cases.forEach((answers, i) => {
		const said = first.cases[i];
		const fail = failing(i, answers, said);
		compareBrowser(made, answers, said, fail);
		const interview = new Interview(taught);
		interviews.push(interview);
		const ids = excuses(made, said);
		if (ids.size) tally.excuse(ids);
		else {
			interview.enterAll(order, answers);
			if (compareState(said, interview, fail)) {
				compareErrors(made, said, interview, fail);
				if (i % 2 === 0) compareReloaded(made, said, fail);
			}
		}
	});
	const asked = made.questions.filter((question) => question.kind !== "html" && question.kind !== "expression");
	// Then they change their mind. What survey-core holds then, the engine must find clean, and see alike.
	const changed = interviews.map((interview, i) => {
		interview.enterAll(order, cases[i]);
		for (let k = asked.length ? r.between(1, 6) : 0; k > 0; k--) {
			const question = r.pick(asked);
			const answer = r.chance(25) ? undefined : makeAnswer(r, question);
			interview.enter(question.name, answer, "une autre");
		}
		return inOrder(made, interview.data());
	});
	const second = await engine.ask({ form: made.json, cases: changed });
	changed.forEach((answers, i) => {
		const said = second.cases[i];
		const fail = failing(i, answers, said);
		if (!isExcused(made, said, tally) && compareState(said, interviews[i], fail)) {
			compareErrors(made, said, interviews[i], fail);
			const end = interviews[i].completed();
			if (!same(end, said.submission)) fail("survey-core at the end and the engine on the cleaned data", { survey: end });
		}
		tally.close(failures[i]);
	});
	return undefined;
}

function isExcused(made, said, tally) {
	const ids = excuses(made, said);
	tally.excuse(ids);
	return ids.size > 0;
}

// Our cleaned data, given to survey-core all at once and with the form as it is published, is stable.
function compareReloaded(made, said, fail) {
	// survey-core looks at a ranking before it knows which of its choices are offered: it may lose them.
	// The same of a question with "other": a choice it does not know to be offered becomes "other", with the code as its text.
	if (made.questions.some(({ kind, json }) => (kind === "ranking" || json.showOtherItem) && json.choices?.some((choice) => choice.visibleIf))) return;
	const works = made.calculatedTrees.length || made.questions.some((question) => question.kind === "expression");
	const interview = new Interview(works ? told(made) : made.json);
	interview.model.data = clone(said.submission);
	if (!isDeepStrictEqual(interview.visible(), said.visible))
		fail("survey-core, given the cleaned data, on what is visible", { survey: interview.visible() });
	const end = interview.completed();
	if (!same(end, said.submission)) fail("survey-core, given the cleaned data, on the data at the end", { survey: end });
}

// ------------------------------------------------------------------------------------------------ the run

function options(argv) {
	const wanted = { cases: 20000, expressions: 50000, seed: null, program: null };
	for (let i = 0; i < argv.length; i++) {
		const key = argv[i].replace(/^--/, "");
		if (key in wanted && key !== "program" && key !== argv[i]) wanted[key] = Number(argv[++i]);
		else wanted.program = argv[i];
	}
	return wanted;
}

async function run({ cases, expressions, seed, program }) {
	const random = new Random(seed);
	const engine = new Engine(program);
	const tally = new Tally();
	setToday(NOW);
	console.log(`seed ${seed}: ${cases} forms with answers, ${expressions} expressions; survey-core ${version}`);
	for (let done = 0; done < expressions; done += 40)
		await compareExpressions(engine, random, tally, Math.min(40, expressions - done));
	for (let done = 0; done < cases; done += 4) await compareForm(engine, random, tally, Math.min(4, cases - done));
	engine.close();
	for (const { id, what } of differences) console.log(`excused ${String(tally.excused.get(id) ?? 0).padStart(7)}  ${id}: ${what}`);
	for (const [what, count] of tally.kinds) console.log(`failed  ${String(count).padStart(7)}  ${what}`);
	console.log(`seed ${seed}: ${process.uptime().toFixed(0)} s`);
	console.log(`${tally.passed} passed, ${tally.failed} failed`);
	return tally.failed === 0;
}

process.exitCode = (await run(options(process.argv.slice(2)))) ? 0 : 1;
