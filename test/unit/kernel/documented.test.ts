import { strict as assert } from 'node:assert';
import { commentAbove, documentedIn } from '../../../src/kernel/entry/documented';
import { aspects } from '../../../src/kernel/entry/answers';

const letters = { yes: 'y', no: 'n', 'some-paths': 's', 'depends-on-caller': '?' } as const;

/** `reader bhOff irqOff maySleep`, one letter each, `-` where nothing is said, then locks. */
function told(comment: string): string {
  const d = documentedIn(comment);
  if (!d) return 'nothing';
  return [
    aspects
      .map(a => {
        const value = d.aspects[a];
        return value === undefined ? '-' : letters[value];
      })
      .join(''),
    ...d.locks.map(l => `${l.lock}:${l.kind}`),
  ].join(' ');
}

describe('comments that say who may call', () => {
  const cases: readonly (readonly [comment: string, expected: string])[] = [
    ['/**\n * f() - does it\n * @x: what\n *\n * Context: Any context.\n */', 'nothing'],
    ['/**\n * f() - does it\n *\n * Context: Process context. May sleep.\n * Return: 0\n */', 'nnny'],
    ['/* Context: Process context, may sleep */', 'nnny'],
    ['/* Must be called under rcu_read_lock(). */', 'y--n'],
    ['/* The caller must hold rcu_read_lock. */', 'y--n'],
    ['/* Called from an RCU read-side critical section */', 'y--n'],
    ['/* Must be called with BH disabled. */', 'yy-n'],
    ['/* This must be called with interrupts disabled. */', 'yyyn'],
    ['/* Callers must hold the rtnl_mutex or rcu_read_lock(). */', 'nothing'],
    ['/* Caller must hold RTNL lock. */', '---- rtnl_mutex:rtnl'],
    ['/* Must be called with dev->mutex held. */', '---- dev->mutex:mutex'],
    ['/* Called with @q->queue_lock held. */', '---- q->queue_lock:local'],
    ['/* This function must not be called with interrupts disabled. */', 'nothing'],
    ['/* It must not sleep. */', 'nothing'],
    ['/* This function may sleep. */', 'nnny'],
    ['/* May sleep if @gfp allows. */', 'nothing'],
    ['/* Takes the lock with interrupts off, as the chip wants it. */', 'nothing'],
    ['/* Returns with rcu_read_lock held. */', 'nothing'],
    ['/* Can be called from interrupt context or not. */', 'nothing'],
  ];
  for (const [comment, expected] of cases)
    it(comment.replace(/\s+/g, ' '), () => {
      assert.equal(told(comment), expected);
    });

  it('the comment is the one right above', () => {
    const text = '/* one */\nint x;\n/* two */\nvoid f(void) { }\n';
    assert.equal(commentAbove(text, text.indexOf('void')), '/* two */');
    assert.equal(commentAbove(text, text.indexOf('/* two')), undefined);
  });
});
