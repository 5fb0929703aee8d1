/**
 * What no kernel tree should have, and what every kernel file is while somebody types: nothing throws, nothing stalls, and
 * a broken function harms no other.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { decorations } from '../../../src/ide/decorations';
import { bitFacts } from '../../../src/ide/bits/bitFacts';
import { lineFacts } from '../../../src/ide/facts/lineFacts';
import { knowledge } from '../../../src/ide/knowledge';
import { lenses } from '../../../src/ide/lenses';
import { createFactStore } from '../../../src/kernel/functions';
import type { CParser } from '../../../src/syntax/parser';
import type { Item, SourceFile } from '../../../src/syntax/source';
import { pipelineOn, filesWith } from '../pipeline';
import { brokenFunction, numbers } from '../syntax/edits';
import { loadParser } from '../syntax/load';
import { sceneOf } from './scene';
import type { Scene } from '../../../src/ide/scene';

/** Everything that the editor shows of a file by itself. */
function showAll(scene: Scene): void {
  const known = knowledge(scene);
  for (const file of scene.files) {
    for (const f of known.functions(file)) known.survey.sections(f);
    decorations(scene, file);
    lenses(scene, file, () => undefined);
  }
  assert.ok(known.words.length >= 0 && known.publications.length >= 0);
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const samples = ['netpoll/dev.c', 'netpoll/netpoll.c', 'netpoll-6.16/dev.c', 'netpoll-6.16/netpoll.c'];

describe('bad input', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });

  it('2000 broken functions: no throw, no stall, the others unharmed', function () {
    this.timeout(120_000);
    const next = numbers(42);
    const key = (f: SourceFile, i: Item): string => `${i.name}\0${f.text.slice(i.start, i.end)}`;
    const facts = createFactStore();
    let slowest = 0;
    for (const sample of samples) {
      const file = parser.parseFile('/a.c', readFileSync(`samples/${sample}`, 'utf8'));
      const functions = file.items.filter(i => i.kind === 'function');
      assert.ok(functions.length >= 3, sample);
      for (let i = 0; i < 500; i++) {
        const { text, victim } = brokenFunction(file, next);
        const after = parser.parseFile('/a.c', text, file);
        const kept = new Set(after.items.map(item => key(after, item)));
        for (const f of functions)
          if (f !== victim)
            assert.ok(
              kept.has(key(file, f)),
              `${sample}: ${f.name} lost by an edit of ${victim.name}:\n${text}`,
            );
        slowest = Math.max(
          slowest,
          cpuSeconds(() => showAll(sceneOf(parser, [{ path: '/a.c', text }], facts))),
        );
      }
    }
    assert.ok(slowest < 1, `${slowest.toFixed(2)} s`);
  });

  const minified = `int f(void){${'if(a->b[1]&2){c(d,"e");f|=1;}else{g();}'.repeat(125_000)}}`;
  const strange: Readonly<Record<string, string>> = {
    'C++':
      'template <typename T> class A : public B<T> {\npublic:\n  A() : b{1} {}\n  virtual ~A() = default;\n  auto f() const -> int { return [this](auto x) { return x; }(1); }\n};\nnamespace n { int g(std::vector<int> &v) { for (auto &x : v) spin_lock(&x); return 0; } }\n'.repeat(
        200,
      ),
    'a binary': readFileSync('dist/tree-sitter-c.wasm').toString('latin1').slice(0, 2_000_000),
    'bytes without a zero': readFileSync('dist/tree-sitter-c.wasm')
      .toString('latin1')
      .replace(/\0/g, '{')
      .slice(0, 400_000),
    nothing: '',
    'one brace': '{',
    'a line of 5 MB': minified,
    assembler:
      '#include <linux/linkage.h>\nSYM_FUNC_START(memcpy)\n\tmovq %rdi, %rax\n\tmovl $(1 << 3), %ecx\n1:\trep movsb\n\tjmp 1b\nSYM_FUNC_END(memcpy)\n'.repeat(
        2000,
      ),
    'a Makefile':
      'obj-$(CONFIG_X) += a.o b.o\nifeq ($(A),y)\n\t@echo "it\'s $$(date)"\nendif\nclean:\n\trm -f *.o\n'.repeat(
        2000,
      ),
    'only strings': '"\'"\''.repeat(100_000),
    'brackets that open': '({['.repeat(100_000),
    'conditions that open': '#if A\nint f(void)\n{\n'.repeat(5_000),
    'a comment that never ends': 'int f(void)\n{\n\tg();\n}\n/* '.repeat(2_000),
  };
  for (const [what, text] of Object.entries(strange))
    it(`${what}: no throw, no second`, function () {
      this.timeout(60_000);
      const seconds = cpuSeconds(() => showAll(sceneOf(parser, [{ path: '/a.c', text }])));
      assert.ok(seconds < 1, `${seconds.toFixed(2)} s`);
    });

  it('says what it did not parse', () => {
    const file = parser.parseFile(
      '/a.c',
      `int f(void)\n{\n${'\tg();\n'.repeat(50_000)}}\nint h(void)\n{\n}\n`,
    );
    const [f, h] = file.items;
    assert.ok(f && h);
    assert.equal(file.node(f), undefined);
    assert.ok(file.node(h));
    assert.deepEqual(
      file.problems.map(p => p.message),
      ['function f is longer than 250000 characters and was not parsed'],
    );
  });

  describe('generated headers of 200 000 lines', () => {
    const lines = (n: number, of: (i: number) => string): string =>
      Array.from({ length: n }, (_, i) => of(i)).join('');
    const files = filesWith({
      '/k/Kconfig': '',
      '/k/Makefile': '',
      '/k/net/regs.h': `enum regs {\n${lines(200_000, i => `\tREG_${String(i)},\n`)}};\n`,
      '/k/net/inlines.h': lines(
        28_571,
        i =>
          `static inline void set_${String(i)}(struct s *s)\n{\n\tspin_lock(&s->lock);\n\tset_bit(3, &s->flags);\n\tspin_unlock(&s->lock);\n}\n\n`,
      ),
      '/k/net/a.c': '#include "regs.h"\nvoid f(struct s *s)\n{\n\tset_bit(REG_17, &s->flags);\n}\n',
    });

    it('--line and --bit within two seconds', async function () {
      this.timeout(60_000);
      const pipeline = await pipelineOn(files, '/k');
      const told: unknown[] = [];
      const line = cpuSeconds(() => {
        const scene = pipeline.scene(['/k/net/inlines.h']);
        const [file] = scene.files;
        assert.ok(file);
        const found = lineFacts(scene, file, 100_000 - 1);
        told.push(found.function, found.function !== null && found.heldLocks.map(l => l.lock));
      });
      const bit = cpuSeconds(() => {
        const found = bitFacts(pipeline.scene(['/k/net/a.c']), 'REG_17');
        told.push(found.number, found.sites.length);
      });
      assert.deepEqual(told, ['set_14285', ['s->lock'], 17, 1]);
      assert.ok(line < 2 && bit < 2, `--line ${line.toFixed(2)} s, --bit ${bit.toFixed(2)} s`);
    });
  });

  it('a tree without include/: what the file itself says is known', async () => {
    const files = filesWith({
      '/k/Kconfig': '',
      '/k/Makefile': 'VERSION = 6\n',
      '/k/net/core/a.c':
        '#include <linux/spinlock.h>\n#include "none.h"\nstatic void f(struct s *s)\n{\n\tspin_lock(&s->l);\n\tset_bit(BUSY, &s->state);\n\tspin_unlock(&s->l);\n}\n',
    });
    const pipeline = await pipelineOn(files, '/k');
    const scene = pipeline.scene(['/k/net/core/a.c']);
    showAll(scene);
    const [f] = knowledge(scene).survey.functions;
    assert.ok(f);
    assert.equal(knowledge(scene).survey.sections(f)?.sites.length, 2);
    assert.deepEqual(
      knowledge(scene).words.map(w => w.bits.map(b => b.name)),
      [['BUSY']],
    );
  });
});
