import { strict as assert } from 'node:assert';
import { contextsOf, neverSleeps } from '../../../src/kernel/entry/contexts';
import { createFactStore, functionsOf } from '../../../src/kernel/functions';
import { pointersOf } from '../../../src/kernel/pointers';
import { survey } from '../../../src/kernel/sections/survey';
import { fixture, parsed, testParser } from './fixture';

async function checkContexts(source: string, expected: Readonly<Record<string, string>>): Promise<void> {
  const files = parsed(await testParser(), fixture(source));
  const store = createFactStore();
  const s = survey({ functions: files.flatMap(f => functionsOf(f, store)) });
  const initialisers = files.flatMap(f =>
    f.items
      .filter(i => i.kind === 'variable' || i.kind === 'invocation')
      .flatMap(i => {
        const node = f.node(i);
        return node ? [{ text: f.text, node }] : [];
      }),
  );
  const runs = contextsOf(s, initialisers);
  const found = Object.fromEntries(
    [...runs].map(([f, list]) => [
      f.name,
      list
        .map(r => `${r.context}${r.implicitReader ? ` (${r.implicitReader})` : ''}: ${r.chain.join(' < ')}`)
        .join('; ') + (neverSleeps(list) ? ' !' : ''),
    ]),
  );
  assert.deepEqual(found, expected);
}

describe('contexts', () => {
  it('registered functions and what they call', () =>
    checkContexts(
      `static void deep(void) { }
static int my_poll(struct napi_struct *n, int budget) { deep(); return 0; }
static void my_work(struct work_struct *w) { deep(); }
static irqreturn_t my_irq(int irq, void *data) { return 0; }
void setup(void)
{
	netif_napi_add(dev, &p->napi, my_poll);
	INIT_WORK(&p->work, my_work);
	request_irq(7, my_irq, 0, "x", p);
}`,
      {
        my_poll: 'softirq (softirq): my_poll < netif_napi_add() !',
        my_work: 'kthread: my_work < INIT_WORK()',
        my_irq: 'hardirq (hardirq): my_irq < request_irq() !',
        deep: 'softirq (softirq): deep < my_poll < netif_napi_add(); kthread: deep < my_work < INIT_WORK()',
      },
    ));

  it('operation tables, calls through their fields, calls with BH off', () =>
    checkContexts(
      `static int my_open(struct net_device *dev) { return 0; }
static void my_kick(struct thing *t) { }
static void inside(void) { }
static const struct net_device_ops ops = { .ndo_open = my_open };
static const struct thing_ops things = { .kick = my_kick };
static void run(struct work_struct *w)
{
	local_bh_disable();
	inside();
	local_bh_enable();
	t->ops->kick(t);
}
static DECLARE_WORK(work, run);`,
      {
        my_open: 'process: my_open < .ndo_open',
        run: 'kthread: run < DECLARE_WORK()',
        inside: 'kthread (BH off): inside < run < DECLARE_WORK() !',
        my_kick: 'kthread: my_kick < run < DECLARE_WORK()',
      },
    ));
});

describe('RCU pointers', () => {
  it('publish, take back, read, wait', async () => {
    const files = parsed(
      await testParser(),
      fixture(`void f(struct d *d, struct i *i)
{
	rcu_assign_pointer(d->info, i);
	RCU_INIT_POINTER(d->info, NULL);
	if (rcu_access_pointer(d->info))
		synchronize_rcu();
	i = rcu_dereference_protected(d->info, 1);
	call_rcu(&i->rcu, free_i);
}`),
    );
    const store = createFactStore();
    const found = files
      .flatMap(f => functionsOf(f, store))
      .flatMap(f => pointersOf(f.analysis).map(p => `${p.kind} ${p.pointer}`));
    assert.deepEqual(found, [
      'publish d->info',
      'unpublish d->info',
      'read d->info',
      'grace-period synchronize_rcu',
      'read d->info',
      'defer call_rcu',
    ]);
  });
});
