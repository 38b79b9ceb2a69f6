// SPDX-License-Identifier: Apache-2.0
// survey.mjs - what survey-core says of a form and its answers, at a day that stands still.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

// survey-core asks the clock for today() and age(): it gets the day of the test.
const RealDate = globalThis.Date;
let now = 0;
globalThis.Date = class Date extends RealDate {
	constructor(...args) {
		if (args.length) super(...args);
		else super(now);
	}

	static now() {
		return now;
	}
};

export function setToday(milliseconds) {
	now = milliseconds;
}

const { Model, ExpressionRunner, Version } = require("survey-core");

export const version = Version;
// It warns of our own keys, which it does not know.
console.warn = () => {};

export function valueOf(text, values) {
	return new ExpressionRunner(text).runValues(structuredClone(values));
}

export const clone = (value) => structuredClone(value);

// Sorted keys, no empty members: what an answer is, whatever the order it came in.
export function canonical(value) {
	if (Array.isArray(value)) return value.map(canonical);
	if (value && typeof value === "object")
		return Object.fromEntries(Object.keys(value).sort().map((key) => [key, canonical(value[key])])
			.filter(([, member]) => member !== undefined && member !== null && member !== ""));
	return value;
}

const isEmptyObject = (value) => value && typeof value === "object" && Object.keys(value).length === 0;

export class Interview {
	constructor(form) {
		this.model = new Model(clone(form));
		// With a listener it runs every expression after every change; see differences.md.
		this.model.onExpressionRunning.add(() => {});
	}

	isAsked(question) {
		return question.isVisible && question.isParentVisible;
	}

	get questions() {
		return this.model.getAllQuestions();
	}

	visible() {
		return this.questions.filter((question) => this.isAsked(question)).map((question) => question.name);
	}

	// What a person can do with what is on the screen: nothing with a hidden question, and no choice that is not offered.
	enter(name, value, comment) {
		const question = this.model.getQuestionByName(name);
		if (!this.isAsked(question)) return;
		const type = question.getType();
		let entered = value;
		if (["radiogroup", "dropdown", "checkbox", "ranking"].includes(type)) {
			const offered = new Set(question.visibleChoices.map((choice) => choice.value));
			if (Array.isArray(value)) entered = value.filter((code) => offered.has(code));
			else if (!offered.has(value)) entered = undefined;
		}
		// Nobody can empty a row of a matrix.
		if (type === "matrix" && question.value) entered = { ...question.value, ...value };
		if (Array.isArray(entered) && entered.length === 0) entered = undefined;
		if (entered === undefined) question.clearValue();
		else question.value = clone(entered);
		if (comment !== undefined && (entered === "other" || (Array.isArray(entered) && entered.includes("other"))))
			this.model.setComment(name, comment);
	}

	enterAll(order, answers) {
		for (const name of order)
			if (name in answers) this.enter(name, answers[name], answers[`${name}-Comment`]);
	}

	// The text beside "other" stays in survey-core until the end, also when "other" is chosen no longer.
	data() {
		const data = clone(this.model.data);
		for (const key of Object.keys(data)) {
			const owner = key.endsWith("-Comment") ? data[key.slice(0, -8)] : null;
			if (owner !== null && owner !== "other" && !(Array.isArray(owner) && owner.includes("other"))) delete data[key];
			else if (isEmptyObject(data[key])) delete data[key];
		}
		return canonical(data);
	}

	completed() {
		this.model.doComplete();
		return this.data();
	}

	// Names of the questions that keep the person on the page: { missing, wrong }.
	errors() {
		this.model.validate(true, false);
		const missing = new Set();
		const wrong = new Set();
		const required = ["required", "requireoneanswer", "requiredinallrowserror", "otherempty"];
		for (const question of this.questions) {
			if (!this.isAsked(question)) continue;
			const inner = question.getType() === "multipletext" ? question.items.flatMap((item) => item.editor.errors) : [];
			for (const error of [...question.errors, ...inner])
				if (error.notificationType === undefined || error.notificationType === "error")
					(required.includes(error.getErrorType()) ? missing : wrong).add(question.name);
		}
		return { missing: [...missing].sort(), wrong: [...wrong].sort() };
	}
}
