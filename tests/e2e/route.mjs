// SPDX-License-Identifier: Apache-2.0
// The longest and the shortest way through a questionnaire, found from its file: what a person answers so that the
// most, or the fewest, questions are asked. And what the answers that are kept must then be.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { world } from './world.mjs';

export const readForm = audience => JSON.parse(readFileSync(join(world.forms, `${audience}.json`), 'utf8'));

const code = choice => (typeof choice === 'object' ? choice.value : choice);

// ---------------------------------------------------------------------------------------- conditions

const TOKEN = /\s*(?:(\{[^}]*\})|'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|(\d+(?:\.\d+)?)|(<=|>=|!=|<>|==|[=<>()[\],!])|([a-z]+))/gy;

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex, m = TOKEN.exec(text);
    if (!m) throw new Error(`condition not understood at ${at}: ${text}`);
    found.push(m[1] ? { name: m[1].slice(1, -1) } : m[2] ?? m[3] !== undefined ? { value: m[2] ?? m[3] }
      : m[4] ? { value: Number(m[4]) } : { word: m[5] ?? m[6] });
  }
  return found;
}

const isEmpty = value => value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

const COMPARE = {
  '=': (a, b) => !isEmpty(a) && String(a) === String(b), '!=': (a, b) => isEmpty(a) || String(a) !== String(b),
  '<': (a, b) => !isEmpty(a) && Number(a) < b, '>': (a, b) => !isEmpty(a) && Number(a) > b,
  '<=': (a, b) => !isEmpty(a) && Number(a) <= b, '>=': (a, b) => !isEmpty(a) && Number(a) >= b,
  contains: (a, b) => !isEmpty(a) && [b].flat().every(one => [a].flat().includes(one)),
  notcontains: (a, b) => isEmpty(a) || ![b].flat().every(one => [a].flat().includes(one)),
  anyof: (a, b) => !isEmpty(a) && [b].flat().some(one => [a].flat().includes(one)),
  noneof: (a, b) => isEmpty(a) || ![b].flat().some(one => [a].flat().includes(one)),
  allof: (a, b) => !isEmpty(a) && [b].flat().every(one => [a].flat().includes(one)),
};

/* What the questionnaires use of the language of conditions; anything else is an error, not a guess. */
export function holds(condition, read) {
  if (!condition) return true;
  const list = tokens(condition);
  let at = 0;
  const word = wanted => list[at]?.word === wanted && ++at > 0;
  const atom = () => {
    const token = list[at++];
    if (token?.name !== undefined) return read(token.name);
    if (token?.value !== undefined) return token.value;
    if (token?.word === '(') {
      const inner = either();
      if (!word(')')) throw new Error(`")" expected: ${condition}`);
      return inner;
    }
    if (token?.word === '[') {
      const items = [];
      while (!word(']')) {
        items.push(atom());
        word(',');
      }
      return items;
    }
    if (token?.word === 'true' || token?.word === 'false') return token.word === 'true';
    throw new Error(`condition not understood: ${condition}`);
  };
  const test = () => {
    if (word('!')) return !test();
    const left = atom(), operator = list[at]?.word;
    if (word('empty')) return isEmpty(left);
    if (word('notempty')) return !isEmpty(left);
    if (!(operator in COMPARE)) return left;
    at++;
    return COMPARE[operator](left, atom());
  };
  const both = () => {
    let value = test();
    while (word('and')) value = test() && value;
    return value;
  };
  const either = () => {
    let value = both();
    while (word('or')) value = both() || value;
    return value;
  };
  const value = either();
  if (at !== list.length) throw new Error(`condition not understood: ${condition}`);
  return value === true;
}

// ------------------------------------------------------------------------------------------- routing

/* Every question of the form, in order, with all the conditions it stands under. */
export function questions(form) {
  const found = [];
  const walk = (elements, page, conditions) => {
    for (const element of elements) {
      const under = element.visibleIf ? [...conditions, element.visibleIf] : conditions;
      if (element.type === 'panel') walk(element.elements, page, under);
      else found.push({ ...element, page, conditions: under });
    }
  };
  form.pages.forEach((page, i) => walk(page.elements, i + 1, page.visibleIf ? [page.visibleIf] : []));
  return found;
}

/* Names of the questions that are asked when these are the answers. Answers to what is not asked are not read. */
export function asked(form, answers) {
  const seen = new Set();
  const read = name => {
    const [question, row] = name.split('.');
    const calculated = form.calculatedValues?.find(v => v.name === question);
    if (calculated) return holds(calculated.expression, read);
    if (!seen.has(question)) return undefined;
    return row === undefined ? answers[question] : answers[question]?.[row];
  };
  // A condition reads what comes before it: one pass is enough.
  for (const question of questions(form))
    if (question.conditions.every(c => holds(c, read))) seen.add(question.name);
  return seen;
}

const exclusive = question => [...(question.barometre?.exclusive ?? []), 'none', 'refused', 'dontknow'];

/* What one can answer to a question that others depend on. */
function candidates(question) {
  const choices = (question.choices ?? []).map(code);
  if (question.type === 'checkbox') {
    const alone = choices.filter(c => exclusive(question).includes(c)), others = choices.filter(c => !alone.includes(c));
    return [...(question.isRequired ? [] : [undefined]), ...alone.map(c => [c]), ...choices.map(c => [c]),
      others];
  }
  return [...(question.isRequired ? [] : [undefined]), ...choices];
}

/* An answer as full as it can be, or as short as is allowed. */
function plain(question, full) {
  const { name, inputType = 'text' } = question;
  if (!full && !question.isRequired) return undefined;
  switch (question.type) {
    case 'text':
      if (question.barometre?.role === 'locality') return full ? 'Toulouse' : 'Albi';
      if (inputType === 'number') return String(Math.min(question.max ?? 42, Math.max(question.min ?? 0, 42)));
      if (inputType === 'email') return 'quelqu.un@courriel.example';
      if (inputType === 'tel') return '05 61 00 00 00';
      return `Texte de ${name} : « œuvre » & <b>`.slice(0, question.maxLength || undefined);
    case 'comment':
      return `Première ligne de ${name}\nà l’« œuvre » & <b>, ${'longtemps '.repeat(20)}fin`.slice(0, question.maxLength || undefined);
    case 'checkbox': return full ? candidates(question).at(-1) : [(question.choices ?? []).map(code)[0]];
    case 'radiogroup': case 'dropdown': return code(question.choices[0]);
    case 'matrix':
      return Object.fromEntries(question.rows.map(r => [code(r), code(full ? question.columns[0] : question.columns.at(-1))]));
    default: throw new Error(`${name}: no answer is known for the type ${question.type}`);
  }
}

/* Answers of the longest (`full`) or the shortest way, by the name of the question. One driver is changed at a time
 * for as long as that helps: the conditions of these forms do not work against one another. */
export function solve(form, full) {
  const all = questions(form);
  const named = new Set(all.flatMap(q => q.conditions.flatMap(c => tokens(c)).filter(t => t.name).map(t => t.name.split('.')[0])));
  for (const value of form.calculatedValues ?? [])
    if (named.has(value.name)) tokens(value.expression).filter(t => t.name).forEach(t => named.add(t.name.split('.')[0]));
  const answers = Object.fromEntries(all.filter(q => q.type !== 'html' && q.type !== 'expression').map(q => [q.name, plain(q, full)]));
  const better = () => (full ? 1 : -1) * asked(form, answers).size;
  for (let before = NaN; before !== better();) {
    before = better();
    for (const driver of all.filter(q => named.has(q.name))) {
      const ways = driver.type === 'matrix'
        ? driver.rows.flatMap(r => driver.columns.map(c => ({ ...answers[driver.name], [code(r)]: code(c) }))) : candidates(driver);
      for (const way of ways) {
        const [kept, had] = [answers[driver.name], better()];
        answers[driver.name] = way;
        if (better() < had || (better() === had && !full)) answers[driver.name] = kept;
      }
    }
  }
  const visible = asked(form, answers);
  return Object.fromEntries(Object.entries(answers).filter(([name, value]) => visible.has(name) && value !== undefined));
}

/* The same answers as the fields of pages name them (answers.mjs). */
export function asFields(form, answers) {
  const fields = {};
  for (const question of questions(form)) {
    const answer = answers[question.name];
    if (answer === undefined) continue;
    if (question.type === 'matrix') for (const [row, column] of Object.entries(answer)) fields[`${question.name}.${row}`] = column;
    else fields[question.name] = answer;
  }
  return fields;
}
