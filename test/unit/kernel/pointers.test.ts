import { strict as assert } from 'node:assert';
import { createFactStore, functionsOf } from '../../../src/kernel/functions';
import { pointersOf } from '../../../src/kernel/pointers';
import { fixture, parsed, testParser } from './fixture';

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
