// SPDX-License-Identifier: Apache-2.0
// forms.mjs - random questionnaires of the whole profile, and random answers to them.
import { dateText, makeAny, makeBoolean, makeNumber, write } from "./expressions.mjs";

const KINDS = [
	"number", "number", "date", "text", "comment", "month", "email", "tel", "radiogroup", "radiogroup", "radiogroup",
	"dropdown", "checkbox", "checkbox", "boolean", "boolean", "rating", "matrix", "multipletext", "ranking", "html",
	"expression",
];
const CODES = ["oui", "non", "nsp", "peu", "tout", "1", "2", "3"];
const TEXT_ROLE = { barometre: { role: "text" } };

class FormMaker {
	constructor(r) {
		this.r = r;
		this.sources = []; // what may be read from here on
		this.questions = []; // { name, kind, json, … }: what answers are made from
		this.trees = []; // every expression of the form
		this.count = 0;
		this.calculatedTrees = [];
		this.wrapped = []; // conditions of the page and panels around
	}

	name(prefix) {
		return `${prefix}${this.count++}`;
	}

	expression(tree) {
		this.trees.push(tree);
		return write(this.r, tree);
	}

	condition(percent) {
		const { r } = this;
		if (!this.sources.length || !r.chance(percent)) return undefined;
		return this.expression(makeBoolean(r, this.sources, r.between(0, 3)));
	}

	choices(least, most) {
		const { r } = this;
		const codes = r.shuffled(CODES).slice(0, r.between(least, most));
		const conditional = r.chance(25);
		const list = codes.map((value) => {
			const visibleIf = conditional ? this.condition(50) : undefined;
			return visibleIf || r.chance(40) ? { value, text: `Choix ${value}`, visibleIf } : value;
		});
		return { codes, list };
	}

	specials(json, codes) {
		const { r } = this;
		const special = [];
		for (const [key, code] of [["showNoneItem", "none"], ["showRefuseItem", "refused"], ["showDontKnowItem", "dontknow"]])
			if (r.chance(20)) {
				json[key] = true;
				special.push(code);
			}
		if (r.chance(20)) json.showOtherItem = true;
		return { plain: codes, special, other: Boolean(json.showOtherItem) };
	}

	// Each kind fills the JSON, and says how it is read and what it may hold.
	number(json) {
		const { r } = this;
		Object.assign(json, { type: "text", inputType: "number" });
		const own = { range: [-5, 20] };
		if (r.chance(60)) {
			own.range = [r.between(-5, 2), r.between(3, 40)];
			[json.min, json.max] = own.range;
		}
		own.reads = [{ type: "number" }];
		return own;
	}

	date(json) {
		Object.assign(json, { type: "text", inputType: "date" });
		return { reads: [{ type: "date" }] };
	}

	typed(json, kind) {
		Object.assign(json, kind === "comment" ? { type: "comment" } : { type: "text" }, TEXT_ROLE);
		if (kind !== "comment" && kind !== "text") json.inputType = kind;
		if (kind === "month") delete json.barometre;
		return { reads: [{ type: "text" }] };
	}

	single(json, kind) {
		const { codes, list } = this.choices(2, 5);
		json.type = kind;
		json.choices = list;
		const own = this.specials(json, codes);
		own.reads = [{ type: "code", codes: [...codes, ...own.special, ...(own.other ? ["other"] : [])] }];
		return own;
	}

	checkbox(json) {
		const { codes, list } = this.choices(2, 5);
		json.type = "checkbox";
		json.choices = list;
		const own = this.specials(json, codes);
		own.reads = [{ type: "choices", codes: [...codes, ...own.special, ...(own.other ? ["other"] : [])] }];
		return own;
	}

	ranking(json) {
		const { codes, list } = this.choices(2, 4);
		Object.assign(json, { type: "ranking", choices: list });
		return { plain: codes, reads: [{ type: "grid" }] };
	}

	boolean(json) {
		json.type = "boolean";
		return { reads: [{ type: "boolean" }] };
	}

	rating(json) {
		const { r } = this;
		json.type = "rating";
		const least = r.between(0, 2);
		const step = r.between(1, 2);
		const most = least + step * r.between(2, 5);
		if (r.chance(60)) Object.assign(json, { rateMin: least, rateMax: most, rateStep: step });
		return { scale: json.rateMax === undefined ? [1, 5, 1] : [least, most, step], reads: [{ type: "number" }] };
	}

	matrix(json) {
		const { r } = this;
		const columns = r.shuffled(CODES).slice(0, r.between(2, 3));
		const rows = ["soins", "etp", "vie"].slice(0, r.between(1, 3));
		Object.assign(json, { type: "matrix", columns, rows });
		if (r.chance(50)) json.eachRowRequired = true;
		const reads = rows.map((row) => ({ type: "code", row, codes: columns }));
		return { columns, rows, reads: [{ type: "grid" }, ...reads] };
	}

	multipletext(json) {
		const { r } = this;
		const items = ["a", "b", "c"].slice(0, r.between(1, 3)).map((name) => {
			const item = { name, title: name };
			if (r.chance(50)) item.inputType = "number";
			if (r.chance(30)) item.isRequired = true;
			return item;
		});
		Object.assign(json, { type: "multipletext", items });
		if (items.some((item) => item.inputType !== "number")) Object.assign(json, TEXT_ROLE);
		return { items, reads: [{ type: "grid" }] };
	}

	html(json) {
		Object.assign(json, { type: "html", html: "<p>Texte</p>" });
		return { reads: [] };
	}

	worked(json) {
		const { r } = this;
		const tree = r.chance(60) ? makeNumber(r, this.sources, 2) : makeAny(r, this.sources, 2);
		json.type = "expression";
		json.expression = this.expression(tree);
		return { tree, reads: [{ type: tree.type === "string" ? "text" : tree.type }] };
	}

	question() {
		const { r } = this;
		const kind = r.pick(KINDS);
		const json = { type: "", name: this.name("q"), title: "Question" };
		const asks = kind !== "html" && kind !== "expression";
		// The order in which SurveyJS writes keys does not matter; what a question may read does.
		const visibleIf = this.condition(45);
		const requiredIf = asks ? this.condition(12) : undefined;
		const makers = { radiogroup: "single", dropdown: "single", comment: "typed", text: "typed", month: "typed",
			email: "typed", tel: "typed", expression: "worked" };
		const own = this[makers[kind] ?? kind](json, kind);
		if (kind === "html") delete json.title;
		if (visibleIf) json.visibleIf = visibleIf;
		if (requiredIf) json.requiredIf = requiredIf;
		if (asks && !requiredIf && r.chance(40)) json.isRequired = true;
		const validators = asks ? this.validators(kind) : [];
		if (validators.length) json.validators = validators;
		const around = [...this.wrapped, ...(visibleIf ? [visibleIf] : [])];
		this.questions.push({ ...own, name: json.name, kind, json, around });
		for (const read of own.reads) this.sources.push({ ...read, name: json.name });
		return json;
	}

	validators(kind) {
		const { r } = this;
		if (!r.chance(12)) return [];
		const level = { notificationType: r.pick(["error", "warning", "info"]), text: "À revoir" };
		if (kind === "number") return [{ type: "numeric", minValue: r.between(-3, 3), maxValue: r.between(4, 15), ...level }];
		if (kind === "checkbox") return [{ type: "answercount", minCount: 1, maxCount: 2, ...level }];
		if (kind === "comment" || kind === "text") return [{ type: "text", minLength: 3, maxLength: 12, ...level }];
		return [];
	}

	panel(depth) {
		const { r } = this;
		const json = { type: "panel", name: this.name("panneau") };
		const visibleIf = this.condition(60);
		if (visibleIf) json.visibleIf = visibleIf;
		if (visibleIf) this.wrapped.push(visibleIf);
		json.elements = this.elements(r.between(1, 3), depth + 1);
		if (visibleIf) this.wrapped.pop();
		return json;
	}

	elements(count, depth) {
		const { r } = this;
		return Array.from({ length: count }, () => (depth < 3 && r.chance(18) ? this.panel(depth) : this.question()));
	}

	// A calculated value may be read by what stands after all it reads: here, by every later page.
	calculated(list) {
		const { r } = this;
		if (!this.sources.length || list.length >= 3 || !r.chance(35)) return;
		const tree = r.chance(60) ? makeNumber(r, this.sources, 2) : makeAny(r, this.sources, 2);
		const own = this.name("k");
		list.push({ name: own, expression: this.expression(tree), includeIntoResult: true });
		this.calculatedTrees.push(tree);
		this.sources.push({ name: own, type: tree.type === "string" ? "text" : tree.type });
	}

	form() {
		const { r } = this;
		const pages = [];
		const calculatedValues = [];
		for (let i = r.between(1, 4); i > 0; i--) {
			const page = { name: this.name("page"), title: "Page" };
			const visibleIf = this.condition(30);
			if (visibleIf) this.wrapped.push(page.visibleIf = visibleIf);
			page.elements = [];
			for (let j = r.between(1, 3); j > 0; j--) {
				page.elements.push(...this.elements(r.between(1, 2), 0));
				this.calculated(calculatedValues);
			}
			if (visibleIf) this.wrapped.pop();
			pages.push(page);
		}
		const json = {
			title: "Formulaire", locale: "fr", clearInvisibleValues: "onHiddenContainer",
			barometre: { audience: "essai", version: "1", minutes: 5, boxBytes: 4096, audienceLabel: "Essai", complete: [] },
			pages,
		};
		if (calculatedValues.length) json.calculatedValues = calculatedValues;
		return { json, questions: this.questions, trees: this.trees, sources: this.sources,
			calculatedTrees: this.calculatedTrees };
	}
}

export const makeForm = (r) => new FormMaker(r).form();

// ------------------------------------------------------------------------------------------------ answers

const WORDS = ["bien", "du temps", "l’écoute", "rien à dire", "A b C"];

function ticks(r, question) {
	if (question.special.length && r.chance(20)) return [r.pick(question.special)];
	const list = r.some(question.plain, 45);
	if (question.other && r.chance(30)) list.push("other");
	return list.length ? list : undefined;
}

export function makeAnswer(r, question) {
	const { kind } = question;
	switch (kind) {
	case "number": {
		const [least, most] = question.range;
		return r.chance(70) ? r.between(least, most) : Math.min(most, r.between(least * 100, most * 100) / 100);
	}
	case "date":
		return dateText(r);
	case "month":
		return `20${r.between(10, 29)}-0${r.between(1, 9)}`;
	case "email":
		return "nom@exemple.fr";
	case "tel":
		return "05 61 00 00 00";
	case "text":
	case "comment":
		return r.pick(WORDS);
	case "radiogroup":
	case "dropdown":
		return r.pick([...question.plain, ...question.special, ...(question.other ? ["other"] : [])]);
	case "checkbox":
		return ticks(r, question);
	case "ranking":
		return r.shuffled(question.plain);
	case "boolean":
		return r.chance(50);
	case "rating": {
		const [least, most, step] = question.scale;
		return least + step * r.between(0, (most - least) / step);
	}
	case "matrix": {
		const rows = r.some(question.rows, 65);
		return rows.length ? Object.fromEntries(rows.map((row) => [row, r.pick(question.columns)])) : undefined;
	}
	case "multipletext": {
		const items = r.some(question.items, 65);
		return items.length
			? Object.fromEntries(items.map((item) => [item.name, item.inputType === "number" ? r.between(0, 9) : r.pick(WORDS)]))
			: undefined;
	}
	}
	return undefined; // html and expressions are not answered
}

export function makeAnswers(r, questions, percent) {
	const answers = {};
	for (const question of questions) {
		if (!r.chance(percent)) continue;
		const answer = makeAnswer(r, question);
		if (answer === undefined) continue;
		answers[question.name] = answer;
		if (answer === "other" || (Array.isArray(answer) && answer.includes("other")))
			if (question.other) answers[`${question.name}-Comment`] = "autre chose";
	}
	return answers;
}
