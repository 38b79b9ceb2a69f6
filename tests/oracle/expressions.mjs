// SPDX-License-Identifier: Apache-2.0
// expressions.mjs - random expressions of the profile: a tree, its text, and the same tree in the form that
// src/web/static/conditions.js evaluates.
//
// A source is what may be read: { name, row?, type, codes? }, type: number code choices boolean date text grid. A tree
// is { op, type, args } or a leaf { op: "name" | "number" | "text" | "boolean" | "date" | "list", … }.

const COMPARISONS = ["=", "!=", "<", "<=", ">", ">="];
const ARITHMETIC = ["+", "-", "*", "/", "%"];
const LEVELS = [
	["or"], ["and"], COMPARISONS, ["+", "-"], ["*", "/", "%"],
	["contains", "notcontains", "anyof", "allof", "noneof"],
];
const LEVEL_OF = new Map(LEVELS.flatMap((words, level) => words.map((word) => [word, level])));
const FUNCTIONS = ["iif", "sum", "min", "max", "avg", "count", "round", "trunc", "age", "dateDiff", "year", "today"];

const node = (op, type, ...args) => ({ op, type, args });
const name = (source) => ({ op: "name", type: source.type, source, args: [] });
const text = (value) => ({ op: "text", type: "string", value, args: [] });

function number(r) {
	const value = r.chance(60) ? r.between(0, 12) : r.chance(50) ? r.between(-30, 130) : r.between(-400, 1500) / 100;
	return { op: "number", type: "number", value, args: [] };
}

export function dateText(r) {
	const day = new Date(Date.UTC(r.between(1930, 2030), r.below(12), r.between(1, 31)));
	// Ends of months and the day of the test itself are where dates go wrong.
	const edges = ["2026-11-22", "2026-11-21", "2008-11-22", "2008-11-23", "2020-02-29", "2021-02-28", "2020-01-31", "2020-03-31", "2026-12-22"];
	return r.chance(40) ? r.pick(edges) : day.toISOString().slice(0, 10);
}

const dateLiteral = (r) => ({ op: "date", type: "date", value: dateText(r), args: [] });
const ofType = (sources, ...types) => sources.filter((source) => types.includes(source.type));
// Several codes, at least one.
function codesOf(r, source) {
	const some = r.some(source.codes, 40);
	return { op: "list", codes: some.length ? some : [r.pick(source.codes)], args: [] };
}

class Maker {
	constructor(r, sources) {
		this.r = r;
		this.sources = sources;
	}

	source(...types) {
		const list = ofType(this.sources, ...types);
		return list.length ? this.r.pick(list) : null;
	}

	// Of what there is, when what was wanted is not.
	literalBoolean() {
		const { r } = this;
		if (this.sources.length && r.chance(85)) return node(r.pick(["empty", "notempty"]), "boolean", name(r.pick(this.sources)));
		return { op: "boolean", type: "boolean", value: r.chance(50), args: [] };
	}

	// One code question against another, or against a code.
	codes(depth) {
		const { r } = this;
		const left = this.source("code");
		if (!left) return this.literalBoolean();
		const twin = ofType(this.sources, "code").filter(
			(other) => other !== left && other.codes.some((code) => left.codes.includes(code)));
		const word = r.pick(["=", "!="]);
		if (twin.length && r.chance(15)) return node(word, "boolean", name(left), name(r.pick(twin)));
		if (r.chance(25)) return node(r.pick(["anyof", "noneof"]), "boolean", name(left), codesOf(r, left));
		if (depth > 0 && r.chance(6)) {
			const made = node("iif", "string", this.boolean(depth - 1), text(r.pick(["x", "y"])), text("z"));
			return node(word, "boolean", made, text(r.pick(["x", "y", "z"])));
		}
		const sides = [name(left), text(r.pick(left.codes))];
		return node(word, "boolean", ...(r.chance(15) ? sides.reverse() : sides));
	}

	choices() {
		const { r } = this;
		const left = this.source("choices");
		if (!left) return this.literalBoolean();
		const word = r.pick(["contains", "contains", "notcontains", "anyof", "allof", "noneof"]);
		if (word === "notcontains" || (word === "contains" && r.chance(70)))
			return node(word, "boolean", name(left), text(r.pick(left.codes)));
		return node(word, "boolean", name(left), codesOf(r, left));
	}

	comparison(depth) {
		const { r } = this;
		const kind = r.below(10);
		if (kind < 5) return node(r.pick(COMPARISONS), "boolean", this.number(depth - 1), this.number(depth - 1));
		if (kind < 7 && this.source("date")) {
			const sides = [this.date(depth - 1, false), this.date(depth - 1, true)];
			return node(r.pick(COMPARISONS), "boolean", ...(r.chance(20) ? sides.reverse() : sides));
		}
		if (kind < 8) return node(r.pick(["=", "!="]), "boolean", this.boolean(depth - 1), this.boolean(depth - 1));
		return this.codes(depth);
	}

	leafBoolean() {
		const { r } = this;
		const kind = r.below(12);
		const any = this.sources.length ? r.pick(this.sources) : null;
		const truth = this.source("boolean");
		if (kind < 3 && any) return node(r.pick(["empty", "notempty"]), "boolean", name(any));
		if (kind < 5 && truth) return name(truth);
		if (kind < 8) return this.codes(0);
		if (kind < 11 || r.chance(60)) return this.choices();
		return this.literalBoolean();
	}

	boolean(depth) {
		const { r } = this;
		if (depth <= 0) return this.leafBoolean();
		const kind = r.below(20);
		if (kind < 5) return node("and", "boolean", this.boolean(depth - 1), this.boolean(depth - 1));
		if (kind < 10) return node("or", "boolean", this.boolean(depth - 1), this.boolean(depth - 1));
		if (kind < 12) return node("!", "boolean", this.boolean(depth - 1));
		if (kind < 13)
			return node("iif", "boolean", this.boolean(depth - 1), this.boolean(depth - 1), this.boolean(depth - 1));
		if (kind < 17) return this.comparison(depth);
		return this.leafBoolean();
	}

	number(depth) {
		const { r } = this;
		const source = this.source("number");
		if (depth <= 0 || r.chance(35)) return source && r.chance(65) ? name(source) : number(r);
		const some = (most) => Array.from({ length: r.between(1, most) }, () => this.number(depth - 1));
		switch (r.below(12)) {
		case 0:
		case 1:
			return node(r.pick(["sum", "min", "max", "avg"]), "number", ...some(4));
		case 2:
			if (!this.sources.length) return number(r);
			return node("count", "number", ...Array.from({ length: r.between(1, 3) }, () => name(r.pick(this.sources))));
		case 3: {
			const digits = r.chance(50) ? [{ op: "number", type: "number", value: r.between(0, 3), args: [] }] : [];
			return node(r.pick(["round", "trunc"]), "number", this.number(depth - 1), ...digits);
		}
		case 4:
			return node(r.pick(["age", "year"]), "number", this.date(depth - 1, true));
		case 5:
			return node("dateDiff", "number", this.date(depth - 1, true), this.date(depth - 1, true),
				text(r.pick(["days", "months", "years"])));
		case 6:
			return node("iif", "number", this.boolean(depth - 1), this.number(depth - 1), this.number(depth - 1));
		default:
			return node(r.pick(ARITHMETIC), "number", this.number(depth - 1), this.number(depth - 1));
		}
	}

	// A literal is a date only beside one.
	date(depth, literal) {
		const { r } = this;
		const source = this.source("date");
		if (source && r.chance(70)) return name(source);
		if (literal && r.chance(60)) return dateLiteral(r);
		return node("today", "date");
	}

	any(depth) {
		const { r } = this;
		const kind = r.below(10);
		if (kind < 6) return this.boolean(depth);
		if (kind < 9) return this.number(depth);
		const code = this.source("code");
		return node("iif", "string", this.boolean(depth - 1), text("oui"), code && r.chance(40) ? name(code) : text("non"));
	}
}

export const makeBoolean = (r, sources, depth) => new Maker(r, sources).boolean(depth);
export const makeNumber = (r, sources, depth) => new Maker(r, sources).number(depth);
export const makeAny = (r, sources, depth) => new Maker(r, sources).any(depth);

// ------------------------------------------------------------------------------------------------ text

function quoted(r, value) {
	return r.chance(10) ? `"${value}"` : `'${value}'`;
}

function word(r, spelling) {
	if (spelling === "=" && r.chance(20)) return "==";
	return /[a-z]/.test(spelling) && r.chance(10) ? spelling.toUpperCase() : spelling;
}

// Parentheses where the grammar needs them, and a few more.
function inside(r, child, level, right) {
	const own = LEVEL_OF.get(child.op);
	const body = write(r, child);
	const needed = own !== undefined && (own < level || (own === level && (right || level === 2)));
	return needed || (r.chance(5) && child.op !== "list") ? `(${body})` : body;
}

export function write(r, tree) {
	const { op, args } = tree;
	switch (op) {
	case "name":
		return `{${tree.source.name}${tree.source.row ? `.${tree.source.row}` : ""}}`;
	case "number":
	case "boolean":
		return String(tree.value);
	case "text":
		return /^[0-9]$/.test(tree.value) && r.chance(50) ? tree.value : quoted(r, tree.value);
	case "date":
		return quoted(r, tree.value);
	case "list":
		return `[${tree.codes.map((code) => quoted(r, code)).join(r.chance(50) ? ", " : ",")}]`;
	case "empty":
	case "notempty":
		return `${write(r, args[0])} ${word(r, op)}`;
	case "!": {
		const simple = args[0].op === "name" || args[0].op === "empty" || FUNCTIONS.includes(args[0].op);
		return simple && r.chance(70) ? `!${write(r, args[0])}` : `!(${write(r, args[0])})`;
	}
	}
	if (FUNCTIONS.includes(op)) return `${op}(${args.map((arg) => write(r, arg)).join(", ")})`;
	const level = LEVEL_OF.get(op);
	const gap = /[a-z]/.test(op) || r.chance(80) ? " " : "";
	return `${inside(r, args[0], level, false)}${gap || " "}${word(r, op)}${gap || " "}${inside(r, args[1], level, true)}`;
}

// ------------------------------------------------------------------------------------------------ for conditions.js

export function compiled(tree, today) {
	const { op, args } = tree;
	const all = () => args.map((arg) => compiled(arg, today));
	switch (op) {
	case "name": {
		const read = ["?", tree.source.name, ...(tree.source.row ? [tree.source.row] : [])];
		return tree.type === "date" ? ["#", read] : read;
	}
	case "number":
	case "boolean":
	case "text":
		return tree.value;
	case "date":
		return ["#", tree.value];
	case "list":
		return ["[]", ...tree.codes];
	case "today":
		return ["#", today];
	case "age":
		return ["dateDiff", ...all(), ["#", today], "years"];
	}
	return [op, ...all()];
}

// Every node, the outer ones first.
export function* nodes(tree) {
	yield tree;
	for (const arg of tree.args) yield* nodes(arg);
}
