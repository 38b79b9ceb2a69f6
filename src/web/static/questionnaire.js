// SPDX-License-Identifier: Apache-2.0
// questionnaire.js - spares round trips on a page of questions: show and hide, exclusive boxes, saving by itself,
// communes. The server does all of it too: without this file the page works the same, a step at a time.
//
// What people read comes from data- attributes, in the language of the page. Nothing is kept in the browser.
(function () {
	"use strict";

	const form = document.getElementById("page");
	if (!form || !window.fetch) return;
	const conditions = window.barometreConditions; // only on pages that have some
	const say = form.dataset;
	const state = document.getElementById("etat");
	const announcer = document.getElementById("annonce");

	function announce(text) {
		announcer.textContent = text;
	}

	function fill(text, values) {
		return text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));
	}

	// ---------------------------------------------------------------------- what is answered on the page

	function fields(name) {
		return [...form.elements].filter((field) => field.name === name);
	}

	function number(text) {
		const plain = text.replace(/\s/g, "").replace(",", ".");
		return plain && isFinite(plain) ? +plain : undefined;
	}

	// One field, or the fields of one name: a text, or undefined.
	function text(name) {
		for (const field of fields(name)) {
			const on = field.type !== "radio" && field.type !== "checkbox" ? true : field.checked;
			if (on && field.value.trim()) return field.value.trim();
		}
		return undefined;
	}

	function parts(name) {
		const found = {};
		for (const field of form.elements) {
			if (field.name.startsWith(name + ".")) {
				const row = field.name.slice(name.length + 1);
				const value = part(name, row);
				if (value !== undefined) found[row] = value;
			}
		}
		return found;
	}

	function part(name, row) {
		const value = text(name + "." + row);
		const field = fields(name + "." + row)[0];
		return value !== undefined && field.inputMode === "decimal" ? number(value) : value;
	}

	const readers = {
		number: (name) => number(text(name) || ""),
		boolean: (name) => ({ true: true, false: false })[text(name)],
		list: (name) => fields(name).filter((box) => box.checked).map((box) => box.value),
		rows: (name) => parts(name),
		place: (name) => text(name + ".choix") || text(name + ".hors") || text(name),
		order: (name) => {
			const places = parts(name);
			return Object.keys(places).sort((a, b) => places[a] - places[b]);
		},
	};

	// In SurveyJS's shape; a question that is not asked reads as missing.
	function read(name, row) {
		const asked = form.querySelector('.asked[data-q="' + name + '"]');
		if (!asked) return undefined;
		if (row !== undefined) return part(name, row);
		return (readers[asked.dataset.kind] || text)(name);
	}

	// ------------------------------------------------------------------------------- show and hide

	// What comes and goes: `mark` holds the place of `parts` while they are away.
	function unit(holder) {
		const away = holder.tagName === "TEMPLATE";
		const mark = away ? holder : document.createComment("");
		if (!away) holder.before(mark);
		return {
			condition: JSON.parse(holder.dataset.if),
			mark,
			parts: away ? [...document.importNode(holder.content, true).childNodes] : [holder],
			shown: !away,
		};
	}

	// Conditions inside a question that is away are found when it comes.
	let units = [];
	let outputs = [];
	function find(root) {
		if (!conditions) return;
		const own = root.matches && root.matches("[data-if]") ? [root] : [];
		units = units.concat([...own, ...root.querySelectorAll("[data-if]")].map(unit));
		outputs = outputs.concat([...root.querySelectorAll("output[data-value]")]);
	}

	function show(one) {
		one.shown = true;
		for (const node of one.parts) one.mark.parentNode.insertBefore(node, one.mark);
		if (!one.found) {
			one.found = true;
			for (const node of one.parts) if (node.querySelectorAll) prepare(node);
		}
	}

	function hide(one) {
		const lost = one.parts.some((node) => node.contains(document.activeElement));
		const before = lost && [...form.elements].filter((field) => field.type !== "hidden" &&
			one.mark.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_PRECEDING &&
			!one.parts.some((node) => node.contains(field))).pop();
		one.shown = false;
		for (const node of one.parts) node.remove();
		if (before) before.focus();
	}

	function display(value) {
		if (value === undefined) return "";
		if (typeof value !== "number") return String(value);
		return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 10 }).format(value);
	}

	// In the order of the page: a condition reads only what stands before it.
	function turn(one) {
		if (conditions.isTrue(one.condition, read) === one.shown) return false;
		if (one.shown) hide(one);
		else show(one);
		return true;
	}

	function route(quiet) {
		const asked = () => form.querySelectorAll(".asked").length;
		const before = asked();
		// What came with a question is at the end of the list: once more, until nothing moves.
		for (let moved = true, rounds = 0; moved && rounds < 20; rounds++) {
			moved = false;
			for (let i = 0; i < units.length; i++) moved = turn(units[i]) || moved;
		}
		for (const output of outputs) {
			const value = display(conditions.evaluate(JSON.parse(output.dataset.value), read));
			if (output.value !== value) output.value = value;
		}
		for (const panel of form.querySelectorAll(".panel")) panel.hidden = !panel.querySelector(".asked");
		form.elements.shown.value = [...form.querySelectorAll(".asked")].map((asked) => asked.dataset.q).join(" ");
		if (!quiet && asked() > before) announce(say.added);
	}

	// ------------------------------------------------------------------------------------- boxes, ranks

	// Ticking "none of these" unticks the others, and the other way round, as the server asks.
	function untick(box) {
		if (box.type !== "checkbox" || !box.checked) return;
		const alone = "exclusive" in box.dataset;
		for (const other of fields(box.name))
			if (other !== box && (alone || "exclusive" in other.dataset)) other.checked = false;
	}

	function addArrows(ranking) {
		const items = () => [...ranking.querySelectorAll(".rank")];
		function move(item, step) {
			const list = items();
			const other = list[list.indexOf(item) + step];
			if (!other) return;
			ranking.insertBefore(item, step < 0 ? other : other.nextSibling);
			items().forEach((each, i) => (each.querySelector("select").value = i + 1));
			const place = items().indexOf(item) + 1;
			announce(fill(ranking.dataset.placed, {
				texte: item.querySelector("label").textContent, n: place, total: items().length,
			}));
			changed();
		}
		for (const item of items()) {
			for (const [step, word, sign] of [[-1, ranking.dataset.up, "↑"], [1, ranking.dataset.down, "↓"]]) {
				const button = document.createElement("button");
				button.type = "button";
				button.className = "arrow";
				button.textContent = sign;
				button.setAttribute("aria-label", word + " " + item.querySelector("label").textContent);
				button.addEventListener("click", () => {
					move(item, step);
					button.focus();
				});
				item.append(button);
			}
		}
	}

	// ----------------------------------------------------------------------------------- communes

	// The combobox of the ARIA Authoring Practices, "list autocomplete with manual selection".
	function addPlaces(input) {
		const list = document.createElement("ul");
		const picked = document.createElement("input");
		let asked = 0, timer, active = -1, found = [];
		list.id = input.id + "-liste";
		list.className = "found";
		list.hidden = true;
		list.setAttribute("role", "listbox");
		list.setAttribute("aria-label", input.labels[0].textContent);
		// A department is told by its name; names of communes are shared, so their code goes with them.
		const outside = fields(input.name + ".hors");
		picked.type = "hidden";
		picked.name = input.name + ".choix";
		input.after(list);
		for (const [key, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list",
			"aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(key, value);

		function close() {
			clearTimeout(timer);
			asked++;
			list.hidden = true;
			active = -1;
			input.setAttribute("aria-expanded", "false");
			input.removeAttribute("aria-activedescendant");
		}
		function point(i) {
			active = i;
			[...list.children].forEach((item, j) => item.setAttribute("aria-selected", String(i === j)));
			if (i < 0) return input.removeAttribute("aria-activedescendant");
			input.setAttribute("aria-activedescendant", list.children[i].id);
			list.children[i].scrollIntoView({ block: "nearest" });
		}
		function pick(place) {
			input.value = place.label;
			if (outside.length) {
				picked.value = place.code;
				input.before(picked);
			}
			for (const other of outside) other.value = "";
			close();
			changed();
		}
		function open(places) {
			found = places;
			list.textContent = "";
			places.forEach((place, i) => {
				const item = document.createElement("li");
				item.id = list.id + "-" + i;
				item.setAttribute("role", "option");
				item.textContent = place.label;
				// The field keeps the focus: its blur would close the list before the click.
				item.addEventListener("mousedown", (event) => event.preventDefault());
				item.addEventListener("click", () => pick(place));
				list.append(item);
			});
			list.hidden = !places.length;
			input.setAttribute("aria-expanded", String(places.length > 0));
			point(-1);
			announce(places.length ? fill(say.places, { n: places.length }) : say.none);
		}
		// Without an answer the page does what it does without the script: the server looks the name up.
		function look() {
			const typed = input.value.trim(), turn = ++asked;
			if (typed.length < 2) return close();
			fetch("/communes?" + input.dataset.places + "=" + encodeURIComponent(typed)).then((reply) => reply.json()).then((reply) => {
				if (turn === asked && document.activeElement === input) open(reply.communes);
			}).catch(() => {});
		}
		input.addEventListener("input", () => {
			picked.remove();
			clearTimeout(timer);
			timer = setTimeout(look, 150);
		});
		input.addEventListener("keydown", (event) => {
			const last = found.length - 1;
			if (event.key === "Escape" && !list.hidden) close();
			else if (event.key === "ArrowDown" && list.hidden) look();
			else if (event.key === "ArrowDown") point(active < last ? active + 1 : 0);
			else if (event.key === "ArrowUp" && !list.hidden) point(active > 0 ? active - 1 : last);
			else if (event.key === "Enter" && !list.hidden && active >= 0) pick(found[active]);
			else return;
			event.preventDefault();
		});
		input.addEventListener("blur", close);
		for (const other of outside) other.addEventListener("input", () => picked.remove());
	}

	// ------------------------------------------------------------------------------- saving by itself

	// One save at a time. A page that is sent waits for no save, and the server refuses (412) a save of a page that has been
	// sent since: `turn` counts what was sent.
	let unsaved = false, saving = null, leaving = false, over = false, timer, told = "";

	function status(kind, values) {
		const routine = kind === "unsaved" || kind === told;
		// Read aloud only when it changes something: kept for the first time, lost, kept again.
		state.setAttribute("aria-live", routine ? "off" : "polite");
		if (kind !== "unsaved") told = kind;
		state.textContent = fill(say[kind], values || {});
		state.className = "state " + kind;
	}

	function kept() {
		const now = new Date();
		status("saved", { h: now.getHours(), m: String(now.getMinutes()).padStart(2, "0") });
	}

	function later(milliseconds) {
		clearTimeout(timer);
		timer = setTimeout(save, milliseconds);
	}

	function save() {
		if (!unsaved || saving || leaving || over) return;
		const body = new URLSearchParams(new FormData(form));
		body.set("action", "save");
		body.set("turn", say.turn);
		unsaved = false;
		saving = new AbortController();
		const mine = saving;
		// keepalive: a closed tab does not take it back. Browsers allow 64 KiB of it.
		fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual", signal: mine.signal,
			keepalive: String(body).length < 60000 })
			.then((reply) => {
				if (reply.status === 204) return unsaved || kept();
				unsaved = true;
				// Another tab went on, the session or the survey is over: the next page says so.
				over = reply.status < 500 && reply.status !== 429;
				status(over ? "apart" : "lost");
			})
			.catch(() => {
				unsaved = true;
				if (!leaving) status("lost");
			})
			.then(() => {
				if (saving === mine) saving = null;
				if (unsaved && !leaving) later(told === "lost" ? 10000 : 500);
			});
	}

	function changed() {
		route();
		unsaved = true;
		if (told !== "lost" && !over) status("unsaved");
		if (told !== "lost") later(2000);
	}

	// ------------------------------------------------------------------------------------------ events

	function prepare(root) {
		find(root);
		const each = (selector, work) => root.querySelectorAll(selector).forEach(work);
		each(".ranking", addArrows);
		each("input[data-places]", addPlaces);
	}

	form.addEventListener("input", (event) => {
		untick(event.target);
		changed();
	});
	form.addEventListener("focusout", () => {
		if (unsaved && told !== "lost") later(0);
	});
	document.addEventListener("visibilitychange", () => {
		if (document.visibilityState === "hidden") save();
	});
	window.addEventListener("pagehide", save);
	window.addEventListener("online", () => later(0));
	window.addEventListener("beforeunload", (event) => {
		if (!unsaved || leaving) return;
		event.preventDefault();
		event.returnValue = "";
	});

	// A second click on the same button sends nothing; "Précédent" always goes. Enter in a field clicks the first button.
	let action = "next", sent = null;
	document.addEventListener("click", (event) => {
		const button = event.target.closest("[name=action]");
		if (button) action = button.value;
	}, true);
	form.addEventListener("submit", (event) => {
		if (leaving && action === sent && action !== "back") return event.preventDefault();
		sent = action;
		leaving = true;
		clearTimeout(timer);
		if (saving) saving.abort();
		// Should the reply not come, the buttons work again.
		setTimeout(arrived, 8000);
	});
	function arrived() {
		leaving = false;
		sent = null;
	}
	window.addEventListener("pageshow", (event) => {
		if (event.persisted) arrived();
		route(true);
	});

	prepare(form);
	route(true);
})();
