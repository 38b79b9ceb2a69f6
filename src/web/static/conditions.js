// SPDX-License-Identifier: Apache-2.0
// conditions.js - the conditions of a page, compiled by expr_compile (include/barometre/form/expr.h).
//
//	barometreConditions.evaluate(compiled, read)	the value; undefined when missing
//	barometreConditions.isTrue(compiled, read)	is the condition true?
//
// read(name, row) gives an answer of the page in SurveyJS's shape, undefined when there is none or the question is hidden.
// Pure. It must give what src/form/expr_eval.c gives: tests/oracle compares them.
(function (root) {
	"use strict";

	function number(x) {
		return typeof x === "number" && isFinite(x) ? x : undefined;
	}

	function isEmpty(x) {
		return (
			x === undefined || x === null || x === "" ||
			(typeof x === "object" && Object.keys(x).every((key) => isEmpty(x[key])))
		);
	}

	// Dates are texts 2026-11-22, which sort as they are.
	function date(x) {
		const time = typeof x === "string" && x.length === 10 ? Date.parse(x + "T00:00Z") : NaN;
		return time === time && new Date(time).toISOString().slice(0, 10) === x ? x : undefined;
	}

	// A missing side makes a comparison false, and != true.
	function compare(test) {
		return (l, r) => l !== undefined && typeof l === typeof r && test(l, r);
	}

	// Digits behind the point; undefined when the number is written with an exponent (C's %.15g).
	function decimals(x) {
		const y = Math.abs(+x.toPrecision(15));
		return y && (y < 1e-4 || y >= 1e15) ? undefined : (String(y).split(".")[1] || "").length;
	}

	// To the decimals of the operands, when they and the result have 15 digits at most.
	function rounded(x, digits) {
		if (!(digits <= 15)) return number(x);
		const text = x.toFixed(digits);
		return +text.replace(/\D/g, "") < 1e15 ? +text : number(x);
	}

	// What is missing counts as 0.
	function arithmetic(apply) {
		return (l, r) => {
			const a = number(l) || 0;
			const b = number(r) || 0;
			return apply(a, b, decimals(a), decimals(b));
		};
	}

	const add = arithmetic((a, b, i, j) => rounded(a + b, Math.max(i, j)));

	function aggregate(apply) {
		return (...list) => {
			const numbers = list.filter((x) => number(x) !== undefined);
			return number(apply(numbers, numbers.reduce((a, b) => add(a, b), 0)));
		};
	}

	function holds(answer, list, method) {
		return !isEmpty(answer) && [].concat(list)[method]((code) => [].concat(answer).indexOf(code) >= 0);
	}

	function toDigits(apply) {
		return (x, ...rest) => {
			const digits = rest.length ? Math.trunc(rest[0]) : 0;
			if (!(rest[0] >= 0 && rest[0] <= 15) && rest.length) return undefined;
			const scale = +("1e" + digits);
			return number(x) === undefined ? undefined : number((Math.sign(x) * apply(Math.abs(x * scale * (1 + Number.EPSILON)))) / scale);
		};
	}

	// Whole months that have passed, towards zero.
	function months(from, to) {
		const day = (text) => +text.slice(8);
		const n = (text) => text.slice(0, 4) * 12 + +text.slice(5, 7);
		const between = n(to) - n(from);
		return between - (between > 0 && day(to) < day(from)) + (between < 0 && day(to) > day(from));
	}

	function dateDiff(from, to, unit) {
		if (!from || !to) return undefined;
		if (unit === "days") return (Date.parse(to) - Date.parse(from)) / 864e5;
		return unit === "months" ? months(from, to) : Math.trunc(months(from, to) / 12);
	}

	const words = {
		"#": date,
		"[]": (...codes) => codes,
		"!": (x) => x !== true,
		"=": compare((l, r) => l === r),
		"!=": (l, r) => !words["="](l, r),
		"<": compare((l, r) => l < r),
		"<=": compare((l, r) => l <= r),
		">": compare((l, r) => l > r),
		">=": compare((l, r) => l >= r),
		"+": add,
		"-": (l, r) => add(l, -(number(r) || 0)),
		"*": arithmetic((a, b, i, j) => rounded(a * b, i + j)),
		"/": arithmetic((a, b) => number(a / b)),
		"%": arithmetic((a, b) => number(a % b)),
		contains: (answer, list) => holds(answer, list, "every"),
		notcontains: (answer, list) => !holds(answer, list, "every"),
		allof: (answer, list) => holds(answer, list, "every"),
		anyof: (answer, list) => holds(answer, list, "some"),
		noneof: (answer, list) => !holds(answer, list, "some"),
		empty: isEmpty,
		notempty: (x) => !isEmpty(x),
		sum: aggregate((list, sum) => sum),
		avg: aggregate((list, sum) => (list.length ? sum / list.length : 0)),
		min: aggregate((list) => Math.min(...list)),
		max: aggregate((list) => Math.max(...list)),
		count: (...list) =>
			list.reduce((n, x) => n + (isEmpty(x) ? 0 : Array.isArray(x) ? x.length : 1), 0),
		round: toDigits(Math.round),
		trunc: toDigits(Math.trunc),
		year: (day) => (day ? +day.slice(0, 4) : undefined),
		dateDiff,
	};

	function evaluate(compiled, read) {
		if (!Array.isArray(compiled)) return compiled === null ? undefined : compiled;
		const word = compiled[0];
		const of = (i) => evaluate(compiled[i], read);
		const isTrue = (operand) => evaluate(operand, read) === true;
		if (word === "?") {
			const answer = read(compiled[1], compiled[2]);
			return isEmpty(answer) ? undefined : answer;
		}
		if (word === "and") return compiled.slice(1).every(isTrue);
		if (word === "or") return compiled.slice(1).some(isTrue);
		if (word === "iif") return of(isTrue(compiled[1]) ? 2 : 3);
		return words[word](...compiled.slice(1).map((operand) => evaluate(operand, read)));
	}

	root.barometreConditions = {
		evaluate,
		isTrue: (compiled, read) => evaluate(compiled, read) === true,
	};
})(typeof globalThis === "undefined" ? self : globalThis);
