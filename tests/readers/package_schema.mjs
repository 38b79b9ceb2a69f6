// SPDX-License-Identifier: Apache-2.0
// package_schema.mjs PROFILE.json datapackage.json - is it a data package, by its own profile? And would a broken one be seen?
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const [profile, file] = process.argv.slice(2);
const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
addFormats(ajv);
const valid = ajv.compile(JSON.parse(readFileSync(profile, "utf8")));
const descriptor = JSON.parse(readFileSync(file, "utf8"));
if (!valid(descriptor)) {
	console.log(ajv.errorsText(valid.errors, { separator: "\n" }));
	process.exit(1);
}
const breaks = [
	(d) => delete d.resources,
	(d) => (d.resources[0].schema.fields[0].type = "words"),
	(d) => (d.resources[0].bytes = "many"),
	(d) => (d.resources[0].hash = "not a hash!"),
];
for (const broken of breaks) {
	const copy = structuredClone(descriptor);
	broken(copy);
	if (valid(copy)) {
		console.log(`a broken descriptor passes: ${broken}`);
		process.exit(1);
	}
}
console.log(`ajv: the descriptor is valid, ${breaks.length} broken ones are not`);
