/** What is remembered between lowerings changes nothing but the time: random edits, with memory and without. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { printProgram } from '../../../src/ir/text';
import { lower, type LowerResult } from '../../../src/lower/lower';
import { createMemory } from '../../../src/lower/memory';
import type { CParser } from '../../../src/syntax/parser';
import { createTree } from '../../../src/tree/create';
import type { Files } from '../../../src/tree/tree';
import { loadParser } from '../syntax/load';

const folder = '/demo';
const names = ['netpoll.race.c', 'netpoll.c', 'dev.c', 'netdevice.h', 'netpoll.h'] as const;
const harness = `${folder}/netpoll.race.c`;

function demo(): Map<string, string> {
  return new Map(names.map(n => [`${folder}/${n}`, readFileSync(`samples/netpoll/${n}`, 'utf8')]));
}

function filesOf(texts: ReadonlyMap<string, string>): Files {
  return {
    read: path => texts.get(path),
    list: path => (path === folder ? [...names] : undefined),
  };
}

function shown({ program, problems, files }: LowerResult): string {
  const rest = JSON.stringify(
    { program, problems, files },
    (_, v: unknown) => (typeof v === 'bigint' ? `${String(v)}n` : v),
    1,
  );
  return `${program ? printProgram(program) : 'nothing'}\n${rest}`;
}

/** A tree whose files change under it, and a memory; each answer is compared with one of a new tree without. */
function session(parser: CParser): {
  readonly texts: Map<string, string>;
  readonly change: (name: string, text: string) => void;
  readonly same: (of?: string) => LowerResult;
} {
  const texts = demo();
  const tree = createTree({ files: filesOf(texts), parser, folder });
  const memory = createMemory();
  return {
    texts,
    change(name, text) {
      texts.set(`${folder}/${name}`, text);
      tree.forget(`${folder}/${name}`);
    },
    same(of = harness) {
      const warm = lower({ harness: of, tree, parser, memory });
      const cold = lower({
        harness: of,
        tree: createTree({ files: filesOf(texts), parser, folder }),
        parser,
      });
      assert.equal(shown(warm), shown(cold));
      return warm;
    },
  };
}

/** Each makes another text of one line. */
const edits: readonly ((line: string, lines: readonly string[], n: number) => string)[] = [
  line => `${line}\n`,
  line => `${line} /* said */`,
  () => '',
  line => `${line}\n${line}`,
  (line, lines, n) => `${line}\n${lines[n % lines.length] ?? ''}`,
  (line, _, n) => line.replace(/\d+/, String(n % 70)),
  line => line.replace(/[;{}()]/, ''),
  line => line.replace(/&&/, '||').replace(/->/, '.'),
  (line, _, n) => `#define ${words[n % words.length] ?? ''} ${String(n)}\n${line}`,
  (line, _, n) => `#undef ${words[n % words.length] ?? ''}\n${line}`,
  (line, _, n) => `${line}\ntypedef int ${words[n % words.length] ?? ''};`,
  (line, _, n) => `#ifdef ${words[n % words.length] ?? ''}\n${line}\n#endif`,
  (line, _, n) => `${line}\nRACE_CONFIG(${words[n % words.length] ?? ''}, ${n % 2 ? 'y' : 'n'});`,
];
const words = [
  'napi_poll', 'netpoll_setup', 'NAPI_STATE_SCHED', 'BIT', 'NETPOLL', 'CONFIG_NETPOLL', 'list_head', 'test_bit', 'np', 'u32', 'EINVAL',
  'napi_struct', 'dev', 'rcu_read_lock', 'LIST_HEAD_INIT', 'cmpxchg',
]; // prettier-ignore

describe('lowering with memory', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });

  it('gives the same program as without, whatever was edited before', function () {
    this.timeout(120_000);
    const runs = Number(process.env.RACELENS_RUNS ?? 3);
    const edit = fc.tuple(
      fc.nat(names.length - 1),
      fc.nat(1000),
      fc.nat(edits.length - 1),
      fc.nat(1000),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 8, maxLength: 16 }), list => {
        const { texts, change, same } = session(parser);
        same();
        for (const [file, at, kind, n, back] of list) {
          const name = names[file] ?? harness;
          const before = texts.get(`${folder}/${name}`) ?? '';
          const lines = before.split('\n');
          const k = at % lines.length;
          lines[k] = edits[kind]?.(lines[k] ?? '', lines, n) ?? '';
          change(name, lines.join('\n'));
          same();
          // Most edits break something: half of them are taken back, so that there is a program to compare.
          if (back) change(name, before);
        }
        same();
      }),
      {
        numRuns: runs,
        ...(process.env.RACELENS_SEED === undefined ? {} : { seed: Number(process.env.RACELENS_SEED) }),
      },
    );
  });

  it('reads again what a macro, a type or an option means otherwise', () => {
    const { texts, change, same } = session(parser);
    const at = (name: string): string => texts.get(`${folder}/${name}`) ?? '';
    const first = same();
    change('dev.c', `${at('dev.c')}\n#define NAPIF_STATE_MISSED 64\n`);
    const other = same();
    assert.notEqual(shown(first), shown(other));
    change('dev.c', at('dev.c').replace(/\n#define NAPIF_STATE_MISSED.*/, ''));
    assert.equal(shown(same()), shown(first));
    change(
      'netpoll.race.c',
      at('netpoll.race.c').replace('RACE_INIT', '#define napi_poll(a, b) a\nRACE_INIT'),
    );
    same();
    change('netpoll.race.c', at('netpoll.race.c').replace('#define', 'typedef int budget_t;\n#define'));
    same();
  });

  it('moves what stands behind an edit', () => {
    const { texts, change, same } = session(parser);
    for (const name of names) {
      const text = texts.get(`${folder}/${name}`) ?? '';
      for (const before of ['\n\n', '/* two\nlines */ ', '']) {
        change(name, `${before}${text}`);
        const { program } = same();
        assert.ok(program);
      }
    }
  });
});
