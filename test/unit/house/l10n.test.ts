/** Racelens speaks English and Simplified Chinese: every text has a translation, and the panel finds it. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { counted, createTranslate } from '../../../src/webview/words';
import {
  asked,
  check,
  compare,
  computed,
  languages,
  membersOf,
  readTexts,
} from '../../../tools/l10nList.mjs';

const advice = '`node tools/l10n.mjs` prints what is to be done';

describe('translations', () => {
  const { texts, unknown } = asked();

  it('every text is a literal, or made of the members of a type that is named', () => {
    assert.deepEqual(
      unknown,
      [],
      `t() wants a literal; if that cannot be, name the call in \`computed\` of tools/l10nList.mjs:\n${unknown.join('\n')}`,
    );
    for (const { file, argument, type } of computed) {
      assert.ok(
        readFileSync(file, 'utf8').replace(/\s+/g, ' ').includes(argument),
        `${file} has no t(${argument}) any more: take it out of \`computed\` in tools/l10nList.mjs`,
      );
      assert.ok(membersOf(...type).length > 1);
    }
  });

  for (const language of languages)
    for (const [file, { missing, stale, wrong }] of check(language, texts)) {
      const named = (what: string, list: readonly string[]): string =>
        `${file}: ${what}; ${advice}:\n${list.map(text => `  ${JSON.stringify(text)}`).join('\n')}`;
      it(`${file} has every text`, () => {
        assert.deepEqual(missing, [], named('these have no translation, write one for each', missing));
      });
      it(`${file} has no text that nobody asks for`, () => {
        assert.deepEqual(stale, [], named('nobody asks for these, --prune takes them out', stale));
      });
      it(`${file} keeps placeholders, code and links`, () => {
        assert.deepEqual(wrong, [], named('what is in braces and backticks stays as it is', wrong));
      });
    }

  it('what is missing, stale or garbled is noticed', () => {
    const wanted = [
      ['a', 'in {0} of {1}'],
      ['b', 'see `x` [there](command:y)'],
      ['c', 'new'],
    ] as const;
    const { missing, stale, wrong } = compare(wanted, {
      a: '{1} 的 {0}',
      b: '见 `x` [那里](command:z)',
      d: '旧',
    });
    assert.deepEqual(missing, ['c']);
    assert.deepEqual(stale, ['d']);
    assert.equal(wrong.length, 1);
    assert.match(wrong[0] ?? '', /^b: .*command:y.*command:z/);
    assert.deepEqual(compare([['a', '{0} and {1}']], { a: '{0}' }).wrong.length, 1);
    assert.deepEqual(compare([['a', 'text']], { a: ' ' }).wrong.length, 1);
  });

  it('verdicts are translated by the words that people read', () => {
    const kinds = membersOf('src/engine/report.ts', 'VerdictKind');
    assert.ok(kinds.includes('hang') && kinds.includes('use-after-free') && kinds.includes('cannot-tell'));
    const t = createTranslate(readTexts('l10n/bundle.l10n.zh-cn.json'));
    for (const kind of kinds) assert.match(t(kind.replace(/-/g, ' ')), /\p{Script=Han}/u, kind);
  });

  it('the panel speaks Chinese with the bundle that VS Code gives it', () => {
    const t = createTranslate(readTexts('l10n/bundle.l10n.zh-cn.json'));
    assert.equal(t('cannot tell'), '无法判定');
    assert.equal(t('use after free'), '释放后使用');
    assert.equal(t('Step {0} of {1}', 3, 20), '第 3 步，共 20 步');
    assert.equal(t('Thread {0}, {1}, CPU {2}', 'poll', 'softirq', 0), '线程 poll，softirq，CPU 0');
    assert.equal(t('grace period waits for {0}', 'poll'), '宽限期等待 poll');
    assert.equal(counted(t, 'preemption', 2), '2 次抢占');
    assert.equal(t('can no longer hang'), '已不可能挂死');
    assert.equal(t('a text of tomorrow: {0}', 1), 'a text of tomorrow: 1');
  });

  it('is in the manifest, and every text of the manifest in the files of texts', () => {
    const manifest = readFileSync('package.json', 'utf8');
    assert.equal((JSON.parse(manifest) as { l10n?: string }).l10n, './l10n');
    const keys = new Set([...manifest.matchAll(/"%([\w.-]+)%"/g)].map(m => m[1] ?? ''));
    const english = Object.keys(readTexts('package.nls.json'));
    assert.deepEqual(
      [...keys].filter(key => !english.includes(key)),
      [],
      'package.json names texts that package.nls.json has not',
    );
    assert.deepEqual(
      english.filter(key => !keys.has(key)),
      [],
      'package.nls.json has texts that package.json does not name',
    );
  });

  it('goes into the package', () => {
    const stage = readFileSync('tools/stage.mjs', 'utf8');
    for (const language of languages) assert.ok(stage.includes(`'package.nls.${language}.json'`), language);
    assert.ok(stage.includes("'l10n'"));
  });
});
