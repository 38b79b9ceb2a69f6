// SPDX-License-Identifier: Apache-2.0
// browser.mjs - what a page shows when the browser alone decides: the compiled conditions, and the answers of that page.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
require("../../src/web/static/conditions.js");
const { evaluate, isTrue } = globalThis.barometreConditions;

export { evaluate, isTrue };

// Reads only what stands on the page: anything else would be a leak.
export function pageReader(names, answers) {
	return (name, row) => {
		if (!names.has(name)) throw new Error(`{${name}} is not of this page`);
		return row === undefined ? answers[name] : (answers[name] ?? {})[row];
	};
}

const always = (compiled, read) => compiled === undefined || isTrue(compiled, read);

function offeredPart(answer, offers, read) {
	const hidden = (code) => offers[code] !== undefined && !isTrue(offers[code], read);
	if (Array.isArray(answer)) return answer.filter((code) => !hidden(code));
	return typeof answer === "string" && hidden(answer) ? undefined : answer;
}

// One page, question by question: { visible, required, values, offered }.
export function playPage(page, answers) {
	const said = { visible: [], required: [], values: {}, offered: {} };
	const names = new Set(Object.keys(page.questions));
	const seen = {};
	const read = pageReader(names, seen);
	if (Array.isArray(page.visible))
		throw new Error(`a page is not settled by the pages before it: ${JSON.stringify(page.visible)}`);
	if (page.visible !== undefined && page.visible !== true) return said;
	for (const [name, question] of Object.entries(page.questions)) {
		if (!always(question.visible, read)) continue;
		said.visible.push(name);
		if (question.required !== undefined && isTrue(question.required, read)) said.required.push(name);
		for (const [code, condition] of Object.entries(question.offers)) {
			said.offered[name] ??= {};
			said.offered[name][code] = isTrue(condition, read);
		}
		if (question.value !== undefined) seen[name] = said.values[name] = evaluate(question.value, read);
		else seen[name] = offeredPart(answers[name], question.offers, read);
	}
	return said;
}
