// What the product says, as the code asks for it: the English texts that need a translation, read with the TypeScript
// compiler. Used by tools/l10n.mjs, which prints, and by test/unit/house/l10n.test.ts, which insists.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The languages beside English, as VS Code names them. */
export const languages = ['zh-cn'];

/**
 * What is wrong with the translations into one language.
 * @typedef {object} Problems
 * @property {readonly string[]} missing texts that the code asks for and the file has not
 * @property {readonly string[]} stale texts that the file has and nobody asks for
 * @property {readonly string[]} wrong sentences about translations whose placeholders, links or code differ
 */

/**
 * Calls whose text is made at run time: `t(of(kind))`. For each the file, the call's argument as written, and the type
 * whose members it is made of, with what happens to them.
 * @type {readonly { file: string, argument: string, type: readonly [file: string, name: string], text: (member: string) => string }[]}
 */
export const computed = [
  {
    file: 'src/webview/banner.ts',
    argument: "kind === 'cannot-tell' ? 'cannot tell' : kind.replace(/-/g, ' ')",
    type: ['src/engine/report.ts', 'VerdictKind'],
    text: member => member.replace(/-/g, ' '),
  },
];

/** @param {string} file */
function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
}

/**
 * The strings of a union type; a name in it is looked for where it is imported from.
 * @param {string} file
 * @param {string} name
 * @returns {readonly string[]}
 */
export function membersOf(file, name) {
  const source = parse(file);
  /** @type {(type: ts.TypeNode) => readonly string[]} */
  const strings = type => {
    if (ts.isUnionTypeNode(type)) return type.types.flatMap(strings);
    if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return [type.literal.text];
    if (ts.isTypeReferenceNode(type)) return named(type.typeName.getText(source));
    throw new Error(`${file}: ${type.getText(source)} is no union of strings`);
  };
  /** @type {(wanted: string) => readonly string[]} */
  const named = wanted => {
    for (const statement of source.statements) {
      if (ts.isTypeAliasDeclaration(statement) && statement.name.text === wanted)
        return strings(statement.type);
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
      const bindings = statement.importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings) && bindings.elements.some(e => e.name.text === wanted))
        return membersOf(`${join(file, '..', statement.moduleSpecifier.text)}.ts`, wanted);
    }
    throw new Error(`${file} knows no type ${wanted}`);
  };
  return named(name);
}

/**
 * The texts in the first argument of a call: a literal, or a choice between literals. Undefined: made at run time.
 * @param {ts.Expression | undefined} argument
 * @returns {readonly string[] | undefined}
 */
function textsIn(argument) {
  if (!argument) return undefined;
  if (ts.isParenthesizedExpression(argument)) return textsIn(argument.expression);
  if (ts.isStringLiteralLike(argument)) return [argument.text];
  if (!ts.isConditionalExpression(argument)) return undefined;
  const whenTrue = textsIn(argument.whenTrue);
  const whenFalse = textsIn(argument.whenFalse);
  return whenTrue && whenFalse && [...whenTrue, ...whenFalse];
}

/**
 * The texts that a source file asks for, and the calls that cannot be read.
 * @param {ts.SourceFile} source
 */
function askedIn(source) {
  const file = source.fileName;
  /** @type {string[]} */
  const texts = [];
  /** @type {string[]} */
  const unknown = [];
  /** @param {ts.Node} node */
  const visit = node => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) || !/(^|\.)t$/.test(node.expression.getText(source))) return;
    const argument = node.arguments[0];
    const found = textsIn(argument);
    if (found) return void texts.push(...found);
    const written = argument?.getText(source).replace(/\s+/g, ' ') ?? '';
    const known = computed.find(c => c.file === file && c.argument === written);
    if (known) texts.push(...membersOf(...known.type).map(known.text));
    else {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      unknown.push(`${file}:${String(line)}: ${written}`);
    }
  };
  visit(source);
  return { texts, unknown };
}

/** Every text that goes through `vscode.l10n.t()`, or `t()` in what knows no vscode: the page, the debug adapter. */
export function asked() {
  /** @type {Set<string>} */
  const texts = new Set();
  /** @type {string[]} */
  const unknown = [];
  for (const folder of ['src/extension', 'src/webview'])
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!name.endsWith('.ts')) continue;
      const found = askedIn(parse(join(folder, name).replaceAll('\\', '/')));
      for (const text of found.texts) texts.add(text);
      unknown.push(...found.unknown);
    }
  return { texts: [...texts], unknown };
}

/**
 * What must be the same in both languages: placeholders, code, targets of links.
 * @param {string} text
 */
function fixedParts(text) {
  return (text.match(/\{\d+\}|`[^`]*`|\]\([^)]*\)|\$\([^)]*\)/g) ?? []).sort();
}

/**
 * @param {readonly (readonly [key: string, english: string])[]} wanted
 * @param {Readonly<Record<string, string>>} translated
 * @returns {Problems}
 */
export function compare(wanted, translated) {
  const keys = new Set(wanted.map(([key]) => key));
  const wrong = wanted.flatMap(([key, english]) => {
    const text = translated[key];
    if (text === undefined) return [];
    if (text.trim() === '') return [`${key}: the translation is empty`];
    const [ours, theirs] = [fixedParts(english).join(' '), fixedParts(text).join(' ')];
    return ours === theirs
      ? []
      : [`${key}: has ${ours || 'nothing'}, its translation ${theirs || 'nothing'}`];
  });
  return {
    missing: [...keys].filter(key => translated[key] === undefined),
    stale: Object.keys(translated).filter(key => !keys.has(key)),
    wrong,
  };
}

/**
 * @param {string} file
 * @returns {Record<string, string>}
 */
export function readTexts(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * The two files of a language and what is wrong with each.
 * @param {string} language
 * @param {readonly string[]} texts as `asked` gives them
 * @returns {readonly (readonly [file: string, problems: Problems])[]}
 */
export function check(language, texts) {
  const bundle = `l10n/bundle.l10n.${language}.json`;
  const manifest = `package.nls.${language}.json`;
  return [
    [
      bundle,
      compare(
        texts.map(text => [text, text]),
        readTexts(bundle),
      ),
    ],
    [manifest, compare(Object.entries(readTexts('package.nls.json')), readTexts(manifest))],
  ];
}
