// SPDX-License-Identifier: Apache-2.0
// differences.mjs - where the engine means not to do what survey-core does: see differences.md, which has the same list.
// A difference applies to a node of an expression and to the values it reads; nothing else is excused.
import { compiled, nodes } from "./expressions.mjs";
import { evaluate } from "./browser.mjs";

const COMPARISONS = ["=", "!=", "<=", ">="];

// Where a hair's breadth makes another value.
const STEPS = [...COMPARISONS, "<", ">", "%", "/", "round", "trunc"];

// Has a part of it more digits than a double keeps for certain?
function isLong(tree, value) {
	for (const node of nodes(tree))
		if (node.type === "number" && value(node) !== undefined && Number(value(node).toPrecision(15)) !== value(node))
			return true;
	return false;
}

const within = (part, a, b) => Math.abs(a - b) <= part * Math.max(1, Math.abs(a), Math.abs(b));
const near = (a, b) => within(1e-9, a, b);
export const isNear = (a, b) => typeof a === "number" && typeof b === "number" && within(1e-12, a, b);

function isOnStep({ op, args }, value) {
	const [a, b = 0] = args.map((arg) => value(arg) ?? 0);
	if (op === "/") return near(b, 0);
	if (op === "%") return near(b, 0) || near(a / b, Math.round(a / b));
	if (op === "round" || op === "trunc") return near(2 * a * 10 ** b, Math.round(2 * a * 10 ** b));
	return typeof a === "number" && typeof b === "number" && near(a, b);
}

export const differences = [
	{
		id: "both-missing",
		what: "= != <= >= between two missing values",
		applies: ({ op, args }, value) =>
			COMPARISONS.includes(op) && args.every((arg) => value(arg) === undefined),
	},
	{
		id: "date-order",
		what: "dateDiff or age from a later day to an earlier one",
		applies: ({ op, args }, value, today) =>
			(op === "dateDiff" && value(args[0]) > value(args[1])) || (op === "age" && value(args[0]) > today),
	},
	{
		id: "year-of-nothing",
		what: "year() of a missing date",
		applies: ({ op, args }, value) => op === "year" && value(args[0]) === undefined,
	},
	{
		id: "round-of-nothing",
		what: "round() or trunc() of a missing value",
		applies: ({ op, args }, value) =>
			(op === "round" || op === "trunc") && args.some((arg) => value(arg) === undefined),
	},
	{
		id: "last-digits",
		what: "a step on numbers that are alike but for what 15 digits do not show",
		applies: (node, value) => STEPS.includes(node.op) && node.args.some((arg) => isLong(arg, value)) && isOnStep(node, value),
	},
	{
		id: "ranking-of-one",
		what: "a ranking of which fewer than two choices are offered",
		applies: () => false, // of a question, not of an expression: see excuses() in oracle.mjs
	},
];

// The ids of the differences that an expression meets with these values.
export function met(tree, values, today) {
	const read = (name, row) => (row === undefined ? values[name] : (values[name] ?? {})[row]);
	const value = (node) => evaluate(compiled(node, today), read);
	const found = new Set();
	for (const node of nodes(tree))
		for (const difference of differences)
			if (difference.applies(node, value, today)) found.add(difference.id);
	return found;
}
