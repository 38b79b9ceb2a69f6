// SPDX-License-Identifier: Apache-2.0
// parse.mjs FILE… - what mailparser (of tests/mail) reads in each letter, as a JSON list.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { simpleParser } = createRequire(new URL("../mail/package.json", import.meta.url))("mailparser");

const people = (field) => field.value.map((one) => [one.name, one.address]);
const seen = [];
for (const file of process.argv.slice(2)) {
  const mail = await simpleParser(readFileSync(file), { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true });
  seen.push({ to: people(mail.to), from: people(mail.from), subject: mail.subject, messageId: mail.messageId, text: mail.text, html: mail.html });
}
process.stdout.write(JSON.stringify(seen));
