// SPDX-License-Identifier: Apache-2.0
// walk.mjs - every address × status × media type of the description, against a real server; each answer is held against the
// description. No answer may be outside it, and nothing that it promises may be left unseen.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
	options: Object.fromEntries(["url", "keys", "state", "database", "superuser", "server"].map((name) => [name, { type: "string" }])),
});
const keys = JSON.parse(readFileSync(options.keys, "utf8"));
const base = new URL(options.url);
let passed = 0;
let failed = 0;

function check(what, good, detail = "") {
	if (good) {
		passed++;
	} else {
		failed++;
		console.log(`FAILED ${what}${detail ? `: ${detail}` : ""}`);
	}
	return good;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function ask(method, target, headers = {}) {
	return new Promise((resolve, reject) => {
		const request = http.request({ host: base.hostname, port: base.port, method, path: target, headers, agent }, (reply) => {
			const parts = [];
			reply.on("data", (part) => parts.push(part));
			reply.on("end", () =>
				resolve({ method, target, status: reply.statusCode, headers: reply.headers, body: Buffer.concat(parts) }));
		});
		request.on("error", reject);
		request.end();
	});
}

const bearer = (name) => ({ Authorization: `Bearer ${keys[name]}` });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function sql(text, database = options.database) {
	const superuser = options.superuser.replace(/dbname=\S+/, "");
	const done = spawnSync("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", `${superuser} dbname=${database}`, "-c", text],
		{ encoding: "utf8" });
	if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
	return done.stdout.trim();
}

// -------------------------------------------------------------------------------------- the description

const description = JSON.parse((await ask("GET", "/api/v1/openapi.json")).body);
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: "api", components: description.components });
const compiled = new Map();

function validate(schema, value) {
	const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/');
	if (!compiled.has(text)) compiled.set(text, ajv.compile(JSON.parse(text)));
	const test = compiled.get(text);
	return test(value) ? "" : ajv.errorsText(test.errors).slice(0, 400);
}

function resolve(item) {
	return item?.$ref ? item.$ref.slice(2).split("/").reduce((at, name) => at[name], description) : item;
}

// What every answer of this server may carry.
const everywhere = new Set(["date", "content-type", "content-length", "connection", "keep-alive", "content-language",
	"content-security-policy", "permissions-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy",
	"cross-origin-resource-policy", "x-robots-tag", "cache-control"]);
const seen = new Set();
const problems = new Set();

function judge(template, reply) {
	const what = `${reply.method} ${reply.target} ${reply.status}`;
	const described = resolve(description.paths[template].get.responses[String(reply.status)]);
	if (!check(`${what}: is in the description`, described, reply.body.toString().slice(0, 200))) return;
	const headers = described.headers ?? {};
	for (const [name, place] of Object.entries(headers)) {
		const header = resolve(place);
		const value = reply.headers[name.toLowerCase()];
		if (value === undefined) check(`${what}: header ${name}`, !header.required, "is missing");
		else if (check(`${what}: header ${name}`, validate(header.schema, value) === "", value)) seen.add(`${template} ${reply.status} ${name}`);
	}
	const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
	const more = Object.keys(reply.headers).filter((name) => !names.has(name) && !everywhere.has(name));
	check(`${what}: no header that is not described`, more.length === 0, more.join(" "));
	check(`${what}: never for all`, !/public/.test(reply.headers["cache-control"]), reply.headers["cache-control"]);
	if (reply.method === "HEAD" || reply.status === 304) {
		check(`${what}: no body`, reply.body.length === 0);
		seen.add(`${template} ${reply.status} ${reply.status === 304 ? "" : "HEAD"}`);
		return;
	}
	const media = (reply.headers["content-type"] ?? "").split(";")[0];
	const content = described.content?.[media];
	if (!check(`${what}: media type`, content, media)) return;
	seen.add(`${template} ${reply.status} ${media}`);
	check(`${what}: length`, Number(reply.headers["content-length"]) === reply.body.length && reply.body.length > 0);
	if (!media.endsWith("json")) return;
	const document = JSON.parse(decoded(reply));
	const wrong = validate(content.schema, document);
	check(`${what}: the schema`, wrong === "", wrong);
	if (media === "application/problem+json") {
		const name = document.type.split("/").at(-1);
		problems.add(name);
		check(`${what}: says what to do`, document.detail.length > 20 && !/undefined|null/.test(document.detail), document.detail);
	}
}

function decoded(reply) {
	return reply.headers["content-encoding"] === "gzip" ? gunzipSync(reply.body) : reply.body;
}

async function expect(template, method, target, headers, status) {
	const reply = await ask(method, target, headers);
	check(`${method} ${target}: ${status}`, reply.status === status, `${reply.status} ${reply.body.toString().slice(0, 200)}`);
	judge(template, reply);
	return reply;
}

// -------------------------------------------------------------------------------------------- the lint

function lint(name, text) {
	const file = path.join(options.state, name);
	writeFileSync(file, text);
	const done = spawnSync(path.join(here, "node_modules/.bin/redocly"), ["lint", "--format=json", file],
		{ encoding: "utf8", env: { ...process.env, REDOCLY_TELEMETRY: "off" }, cwd: options.state });
	let totals = {};
	try {
		totals = JSON.parse(done.stdout).totals;
	} catch {
		totals = { errors: done.stderr };
	}
	check(`${name}: lints without a warning`, done.status === 0 && totals.errors === 0 && totals.warnings === 0,
		`${done.status} ${JSON.stringify(totals)} ${done.stdout.slice(0, 600)}`);
	return totals;
}

lint("served.json", JSON.stringify(description));
const plain = JSON.stringify(description).match(/.{0,30}(?: [:;!»]|« ).{0,9}/);
check("the description has narrow spaces", plain === null, plain?.[0]);
// The linter is at work: a description that is broken is refused.
{
	const broken = structuredClone(description);
	broken.paths["/api/v1/editions/{code}"].get.responses["404"].$ref += "x";
	const file = path.join(options.state, "broken.json");
	writeFileSync(file, JSON.stringify(broken));
	const done = spawnSync(path.join(here, "node_modules/.bin/redocly"), ["lint", "--format=json", file],
		{ encoding: "utf8", cwd: options.state });
	check("a broken description is refused by the linter", done.status !== 0);
}

// -------------------------------------------------------------------------------------------- the walk

const fill = (template, code, version = "1", problem = "scope") =>
	template.replace("{code}", code).replace("{version}", version).replace("{problem}", problem);
const templates = Object.keys(description.paths);
const isOpen = (template) => description.paths[template].get.security?.length === 0;
const secured = templates.filter((template) => !isOpen(template));
const ofRelease = secured.filter((template) => template.includes("{version}"));
const ofEdition = secured.filter((template) => template.includes("{code}"));
const needsScope = secured.filter((template) => template.includes("/releases"));
const figures = "/api/v1/editions/{code}/releases/{version}/figures";

async function good(template) {
	const target = fill(template, "2026");
	const headers = isOpen(template) ? {} : bearer("all");
	const first = await expect(template, "GET", target, headers, 200);
	const again = await expect(template, "GET", target, { ...headers, "If-None-Match": first.headers.etag }, 304);
	check(`${target}: the same tag`, again.headers.etag === first.headers.etag);
	const head = await expect(template, "HEAD", target, headers, 200);
	for (const name of ["etag", "content-type", "content-length", "content-disposition"])
		check(`HEAD ${target}: ${name}`, head.headers[name] === first.headers[name]);
	await expect(template, "GET", target, { ...headers, Accept: "image/png" }, 406);
	for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) await expect(template, method, target, headers, 405);
	if (template.includes("{version}")) {
		const latest = await expect(template, "GET", fill(template, "2026", "latest"), headers, 200);
		check(`${target}: latest is it`, latest.headers.etag === first.headers.etag);
	}
}

async function formats() {
	const target = fill(figures, "2026");
	for (const media of Object.keys(description.paths[figures].get.responses["200"].content)) {
		const reply = await expect(figures, "GET", target, { ...bearer("all"), Accept: media }, 200);
		check(`${media}: is what comes`, reply.headers["content-type"].startsWith(media), reply.headers["content-type"]);
	}
	const release = JSON.parse((await ask("GET", fill("/api/v1/editions/{code}/releases/{version}", "2026"), bearer("all"))).body);
	const { schema } = resolve(description.paths[figures].get.parameters.map(resolve).find((one) => one.name === "format"));
	check("every format is a file of the release", schema.enum.every((name) => release.files.some((file) => file.format === name)));
	for (const format of schema.enum) {
		const reply = await expect(figures, "GET", `${target}?format=${format}`, bearer("all"), 200);
		const file = release.files.find((one) => one.format === format);
		check(`${format}: name, size and hash`, reply.headers.etag === `"${file.blake2b}"` && reply.body.length === file.bytes &&
			reply.headers["content-disposition"].includes(`"${file.name}"`));
		const stored = sql(`SELECT encode(bytes, 'base64') FROM barometre.release_file WHERE edition = '2026' AND format = '${format}'`);
		check(`${format}: byte for byte what was published`, reply.body.toString("base64") === stored.replace(/\s/g, ""));
	}
	await expect(figures, "GET", `${target}?format=sav`, bearer("all"), 406);
	for (const format of schema.enum) await compressed(figures, `${target}?format=${format}`, !["xlsx", "datapackage"].includes(format));
	for (const template of ofRelease.filter((one) => /(questions|notes|manifest)$/.test(one)))
		await compressed(template, fill(template, "2026"), true);
}

// A text comes compressed to who accepts it; what is read is what comes without.
async function compressed(template, target, isText) {
	const headers = { ...bearer("all"), "Accept-Encoding": "gzip, deflate, br, zstd" };
	const plain = await expect(template, "GET", target, bearer("all"), 200);
	const none = await expect(template, "GET", target, { ...bearer("all"), "Accept-Encoding": "identity;q=0" }, 200);
	const reply = await expect(template, "GET", target, headers, 200);
	check(`${target}: is compressed`, (reply.headers["content-encoding"] === "gzip") === isText, reply.headers["content-encoding"]);
	check(`${target}: says the same`, decoded(reply).equals(plain.body) && none.body.equals(plain.body));
	check(`${target}: is smaller`, !isText || reply.body.length < plain.body.length, `${reply.body.length} of ${plain.body.length}`);
	check(`${target}: its own tag`, reply.headers.etag === (isText ? plain.headers.etag.replace(/"$/, '-gz"') : plain.headers.etag),
		reply.headers.etag);
	const head = await expect(template, "HEAD", target, headers, 200);
	for (const name of ["etag", "content-type", "content-length", "content-encoding", "vary"])
		check(`HEAD ${target}: ${name}`, head.headers[name] === reply.headers[name]);
	await expect(template, "GET", target, { ...headers, "If-None-Match": reply.headers.etag }, 304);
	await expect(template, "GET", target, { ...headers, "If-None-Match": plain.headers.etag }, isText ? 200 : 304);
	await expect(template, "GET", target, { ...bearer("all"), "If-None-Match": reply.headers.etag }, isText ? 200 : 304);
}

async function keysThatDoNotOpen(template) {
	const target = fill(template, "2026");
	await expect(template, "GET", target, {}, 401);
	await expect(template, "GET", target, { Authorization: "Bearer bps_faux" }, 401);
	await expect(template, "GET", target, bearer("expired"), 401);
	await expect(template, "GET", target, bearer("revoked"), 401);
	await expect(template, "GET", target, bearer("demoted"), 403);
}

async function refusals() {
	sql("UPDATE barometre.account SET role = 'coder' WHERE login = 'ines'");
	const program = sql("SELECT count(*) FROM barometre.api_key");
	check("the keys are there", Number(program) === 8, program);
	// Which key is which is not in the database: by what each was made with.
	sql("UPDATE barometre.api_key SET expires_at = now() - interval '1 day' WHERE expires_at < now() + interval '2 days'");
	// A key that is for something else: this version makes none.
	sql("ALTER TABLE barometre.api_key DROP CONSTRAINT api_key_scopes_check; UPDATE barometre.api_key SET scopes = '{something:else}'" +
		" WHERE expires_at BETWEEN now() + interval '2 days' AND now() + interval '10 days'");
	await revoke();
	for (const template of secured) await keysThatDoNotOpen(template);
	for (const template of ofEdition) await expect(template, "GET", fill(template, "2026"), bearer("other"), 403);
	for (const template of needsScope) {
		await expect(template, "GET", fill(template, "2026"), bearer("nothing"), 403);
		for (const code of ["2027", "2028"]) {
			const reply = await expect(template, "GET", fill(template, code), bearer("all"), 403);
			check(`${reply.target}: because of the field`, JSON.parse(reply.body).type.endsWith("/field"));
		}
	}
	for (const template of ofEdition) await expect(template, "GET", fill(template, "1999"), bearer("all"), 404);
	for (const template of ofRelease) {
		await expect(template, "GET", fill(template, "2026", "99"), bearer("all"), 404);
		for (const version of ["1", "latest"]) {
			const reply = await expect(template, "GET", fill(template, "2025", version), bearer("all"), 410);
			check(`${reply.target}: says why`, JSON.parse(reply.body).withdrawn_why === "Une base était fausse.");
		}
	}
	for (const template of templates.filter((one) => one.includes("{")))
		await expect(template, "GET", template.replace(/\{\w+\}/, "%zz").replace("{version}", "1"), bearer("all"), 400);
	await expect("/api/v1/problems/{problem}", "GET", "/api/v1/problems/rien", {}, 404);
	for (const template of templates) {
		const reply = await ask("GET", `${fill(template, "2026")}/rien/du/tout`, bearer("all"));
		check(`${reply.target}: 404`, reply.status === 404 && reply.headers["content-type"] === "application/problem+json");
	}
}

// As its owner does: on the page.
async function revoke() {
	const login = await post("/login", "login=ana&password=correct+cheval+pile+agrafe");
	const cookie = login.headers["set-cookie"][0].split(";")[0];
	const id = sql("SELECT id FROM barometre.api_key WHERE label = 'Essai' AND login = 'ana' AND edition IS NULL" +
		" AND scopes = '{figures:read}' AND expires_at > now() ORDER BY created_at OFFSET 1 LIMIT 1");
	const page = (await ask("GET", `/keys/revoke?id=${id}`, { Cookie: cookie })).body.toString();
	const csrf = /name="csrf" value="([^"]+)"/.exec(page)[1];
	const reply = await post("/keys/revoke", `csrf=${encodeURIComponent(csrf)}&id=${id}`, cookie);
	check("the key is revoked by its owner", reply.status === 303, String(reply.status));
}

function post(target, body, cookie = "") {
	return new Promise((resolve, reject) => {
		const request = http.request({ host: base.hostname, port: base.port, method: "POST", path: target, agent,
			headers: { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(body), Cookie: cookie } },
		(reply) => {
			reply.resume();
			reply.on("end", () => resolve({ status: reply.statusCode, headers: reply.headers }));
		});
		request.on("error", reject);
		request.end(body);
	});
}

async function tooMany() {
	let reply;
	let count = 0;
	do reply = await ask("GET", fill(figures, "2026"), { ...bearer("quick"), Accept: "text/csv" });
	while (reply.status === 200 && ++count < 2000);
	check("a key has a minute's worth", reply.status === 429 && count >= 400, `${reply.status} after ${count}`);
	for (const template of secured) {
		// On a slow machine some of the minute has come back.
		for (let tries = 0; tries < 100; tries++) {
			reply = await ask("GET", fill(template, "2026"), bearer("quick"));
			if (reply.status === 429) break;
		}
		check(`${reply.target}: 429`, reply.status === 429, String(reply.status));
		judge(template, reply);
	}
}

// Without a database nothing is served, once what was said before is two seconds old; a process that starts then says so too.
async function withoutDatabase() {
	const database = options.database;
	const pid = Number(options.server);
	sql(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`, "postgres");
	sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`, "postgres");
	await pause(2500);
	for (const template of secured) await expect(template, "GET", fill(template, "2026"), bearer("all"), 503);
	process.kill(pid, "SIGHUP");
	await pause(1500);
	for (let tries = 0; tries < 50; tries++) {
		const reply = await ask("GET", "/api/v1").catch(() => undefined);
		if (reply?.status === 503) break;
		await pause(200);
	}
	for (const template of templates) await expect(template, "GET", fill(template, "2026"), bearer("all"), 503);
	sql(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`, "postgres");
	for (let tries = 0; tries < 100; tries++) {
		const reply = await ask("GET", fill(figures, "2026"), bearer("all")).catch(() => undefined);
		if (reply?.status === 200) break;
		await pause(200);
	}
	await expect(figures, "GET", fill(figures, "2026"), bearer("all"), 200);
}

for (const template of templates) await good(template);
await formats();
await refusals();
await tooMany();
await withoutDatabase();

// Nothing that is promised was left unseen.
for (const template of templates)
	for (const [status, place] of Object.entries(description.paths[template].get.responses)) {
		const media = Object.keys(resolve(place).content ?? { "": 1 });
		for (const one of media) check(`${template} ${status} ${one}: was seen`, seen.has(`${template} ${status} ${one}`));
		for (const name of Object.keys((["200", "304"].includes(status) && resolve(place).headers) || {}))
			check(`${template} ${status} header ${name}: was seen`, seen.has(`${template} ${status} ${name}`));
	}
for (const name of description.components.parameters.problem.schema.enum) {
	check(`the problem ${name}: was seen`, problems.has(name));
	const reply = await expect("/api/v1/problems/{problem}", "GET", `/api/v1/problems/${name}`, {}, 200);
	check(`${name}: its address is its type`, JSON.parse(reply.body).type === `${options.url}/api/v1/problems/${name}`);
}
check("no problem that is not listed", [...problems].every((one) => description.components.parameters.problem.schema.enum.includes(one)));
agent.destroy();
console.log(`${passed} passed, ${failed} failed`);
