/** Contexts of whole files: what the file itself tells, and what callers elsewhere do as far as the work goes. */
import { strict as assert } from 'node:assert';
import { parseRequest } from '../../../src/host/node/arguments';
import { facts, type FileFactsJson } from '../../../src/ide/facts/facts';
import { filesWith, pipelineOn } from '../pipeline';

const own = `static void tick(struct timer_list *t) { helper(); }
static void helper(void) { count++; }
void shared(void) { count--; }
void start(struct s *s) { timer_setup(&s->timer, tick, 0); }
`;
const softirq = `static void action(struct softirq_action *a) { shared(); }
static int __init init(void) { open_softirq(NET_RX_SOFTIRQ, action); return 0; }
`;

async function contextsOf(
  others: Readonly<Record<string, string>>,
  contexts = false,
): Promise<{ told: readonly string[]; problems: FileFactsJson['problems'] }> {
  const pipeline = await pipelineOn(
    filesWith({ '/k/Kconfig': '', '/k/Makefile': '', '/k/net/core/a.c': own, ...others }),
    '/k',
  );
  const scene = pipeline.scene(['/k/net/core/a.c']);
  const [file] = scene.files;
  assert.ok(file);
  const found = facts(scene, file, contexts ? { contexts } : {});
  return { told: found.contexts.map(c => `${c.function} ${c.runsAs}`), problems: found.problems };
}

describe('contexts of a file', () => {
  const near = ['tick timer softirq', 'helper timer softirq'];

  it('are those of callers in the whole tree where these are few', async () => {
    const { told, problems } = await contextsOf({ '/k/net/core/b.c': softirq });
    assert.deepEqual(told, [...near, 'shared NET_RX softirq']);
    assert.deepEqual(problems, []);
  });

  it('are those of the file itself where the others are many; all on demand', async () => {
    const long = '\tnothing(1, 2, 3);\n'.repeat(8_000);
    const others = {
      '/k/net/core/b.c': `static void long_one(void)\n{\n${long}\tshared();\n}\n`,
      '/k/net/ipv4/c.c': softirq,
    };
    const { told, problems } = await contextsOf(others);
    assert.deepEqual(told, near);
    assert.deepEqual(problems, [
      'callers of 2 functions were read in this file only; --contexts reads them in the whole tree',
    ]);
    const all = await contextsOf(others, true);
    assert.deepEqual(all.told, [...near, 'shared NET_RX softirq']);
    assert.deepEqual(all.problems, []);
  });

  it('--contexts is for whole files', () => {
    const request = parseRequest(['facts', 'a.c', '--contexts']);
    assert.equal(request.command === 'facts' && request.contexts, true);
    assert.equal(parseRequest(['facts', 'a.c', '--contexts', '--line', '3']).command, 'wrong');
  });
});
