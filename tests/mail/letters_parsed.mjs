// SPDX-License-Identifier: Apache-2.0
// letters_parsed.mjs FOLDER - what check_letters.py does with Python's mail parser, again with Nodemailer's: each NAME.eml
// says what NAME.json says it was written with. Last line: "N passed, N failed".
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { domainToASCII } from "node:url";
import assert from "node:assert/strict";
import { simpleParser } from "mailparser";

const folder = process.argv[2];

// Python splits the narrow no-break space off, JavaScript's \s too: ordinary space only.
const words = (text) => text.split(/[ \r\n\t]+/).filter((word) => word !== "").join(" ");
const lines = (text) => text.replaceAll("\r\n", "\n").replace(/\n+$/, "");
// GMime writes no word that looks like RFC 2047's already.
const unmarked = (text) => words(text.replaceAll("=?", "= ?"));

function sent(address) {
  const [local, domain] = address.split("@");
  return `${local}@${domainToASCII(domain)}`;
}

// mailparser shows a domain with its accents again; a relay is given the A-labels of `raw`.
function isMailbox(found, raw, name, address) {
  assert.equal(found.value.length, 1);
  assert.equal(sent(found.value[0].address), sent(address));
  assert.ok(raw.includes(`<${sent(address)}>`) || raw.includes(`: ${sent(address)}`), "the address as it is sent");
  assert.equal(words(found.value[0].name), unmarked(name));
}

// The words of the HTML part, without a parser of HTML: its tags are ours, and values are escaped.
function wordsOfHtml(html) {
  const body = html.replace(/<!--[^]*?-->/g, "").replace(/^[^]*<body/, "<body").replace(/<[^>]*>/g, "");
  const names = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'", "#x27": "'" };
  return words(body.replace(/&([a-z]+|#39|#x27);/g, (_, name) => names[name]));
}

function wordsOfText(text) {
  return words(text.replace(/[\u2068\u2069]/g, "").replace(/\u202f:\n(https:\/\/enquete\.example\/r\/)/, "\n$1"));
}

const withoutRules = (text) => text.replaceAll(" ---", "").replaceAll("--- ", "");

async function check(name) {
  const raw = readFileSync(join(folder, `${name}.eml`));
  const wanted = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
  const domain = sent(wanted.from_address).split("@")[1];
  assert.equal(words(mail.subject), unmarked(wanted.subject));
  isMailbox(mail.from, raw, wanted.from_name, wanted.from_address);
  isMailbox(mail.to, raw, wanted.to_name, wanted.to_address);
  if (wanted.reply_to) isMailbox(mail.replyTo, raw, wanted.from_name, wanted.reply_to);
  else assert.equal(mail.replyTo, undefined);
  assert.equal(mail.cc, undefined);
  assert.equal(mail.bcc, undefined);
  assert.equal(mail.date.getTime(), 1790000000000);
  assert.match(mail.messageId, /^<[a-z2-7]{26}@/);
  assert.ok(mail.messageId.endsWith(`@${domain}>`));
  const list = mail.headers.get("list");
  assert.equal(list.unsubscribe.url, wanted.stop_link);
  assert.equal(list["unsubscribe-post"].name, "List-Unsubscribe=One-Click");
  assert.equal(list.id.id ?? list.id.name, `barometre.${domain}`);
  assert.equal(mail.headers.get("auto-submitted"), "auto-generated");
  assert.equal(mail.headers.get("content-type").value, "multipart/alternative");
  assert.equal(mail.attachments.length, 0);
  assert.equal(lines(mail.text), lines(wanted.text));
  assert.equal(lines(mail.html), lines(wanted.html));
  assert.equal(withoutRules(wordsOfText(mail.text)), withoutRules(wordsOfHtml(mail.html)));
}

let passed = 0;
let failed = 0;
for (const file of readdirSync(folder).filter((file) => file.endsWith(".eml")).sort()) {
  const name = file.slice(0, -4);
  try {
    await check(name);
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`${name}: ${error.message}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
