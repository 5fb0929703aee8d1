// `node tools/l10n.mjs`: what the translations lack: texts without one, as lines to fill in, then stale ones, then those
// whose placeholders, code or links differ. Exit code 1 if there is any. `--prune` takes the stale ones out of the files.
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asked, check, languages, readTexts } from './l10nList.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const prune = process.argv.includes('--prune');
const { texts, unknown } = asked();
const english = readTexts('package.nls.json');
const lines = unknown.map(call => `not a literal (name it in \`computed\` of tools/l10nList.mjs): ${call}`);
for (const language of languages)
  for (const [file, { missing, stale, wrong }] of check(language, texts)) {
    if (missing.length) lines.push(`${file}, missing:`);
    // A key of the manifest is no text: what it says in English stands beside it.
    lines.push(...missing.map(key => `  ${JSON.stringify(key)}: ${JSON.stringify(english[key] ?? '')},`));
    lines.push(...wrong.map(sentence => `${file}: ${sentence}`));
    if (!prune) lines.push(...stale.map(key => `${file}, stale: ${JSON.stringify(key)}`));
    else if (stale.length) {
      const kept = Object.entries(readTexts(file)).filter(([key]) => !stale.includes(key));
      writeFileSync(file, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
      console.log(`${file}: ${String(stale.length)} stale taken out`);
    }
  }
for (const line of lines) console.log(line);
if (lines.length === 0)
  console.log(`${String(texts.length)} texts: all are translated (${languages.join(', ')}).`);
else process.exitCode = 1;
