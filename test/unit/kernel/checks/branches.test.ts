/** What `#if` leaves out gives no diagnostics, and two branches of one are never one way. */
import { checkFindings } from './check';

describe('branches of #if in diagnostics', () => {
  it('nothing: left out by a macro of the file itself', () =>
    checkFindings(
      'sleep-in-atomic',
      `
#define finished
struct box { spinlock_t lock; int n; };
void turn(struct box *b)
{
	spin_lock(&b->lock);
#ifndef finished
	msleep(b->n);
#endif
	b->n++;
	spin_unlock(&b->lock);
}
#ifndef finished
void rest(struct box *b)
{
	spin_lock(&b->lock);
	msleep(b->n);
	spin_unlock(&b->lock);
}
#endif
`,
    ));

  it('nothing: left out of an ordinary build', () =>
    checkFindings(
      'sleep-in-atomic',
      `
struct box { spinlock_t lock; int n; };
void turn(struct box *b)
{
	spin_lock(&b->lock);
#ifdef DEBUG
	msleep(b->n);
#endif
#if 0
	msleep(b->n);
#endif
#ifdef CONFIG_PREEMPT_RT
	msleep(b->n);
#endif
	spin_unlock(&b->lock);
}
`,
    ));

  it('what the file itself switches on, and what some config may', () =>
    checkFindings(
      'sleep-in-atomic',
      `
#define verbose
struct box { spinlock_t lock; int n; };
void turn(struct box *b)
{
	spin_lock(&b->lock);
#ifdef verbose
	msleep(b->n); /* ! msleep() may sleep */
#endif
	b->n++;
	spin_unlock(&b->lock);
}
void move(struct box *b)
{
	spin_lock(&b->lock);
#ifdef CONFIG_BOX_SLOW
	msleep(b->n); /* ! msleep() may sleep */
#endif
	spin_unlock(&b->lock);
}
void move_fast(struct box *b)
{
	spin_lock(&b->lock);
#ifndef CONFIG_BOX_FAST
	msleep(b->n); /* ! msleep() may sleep */
#endif
	spin_unlock(&b->lock);
}
#ifdef CONFIG_BOX_MORE
void more(struct box *b)
{
	spin_lock(&b->lock);
	msleep(b->n); /* ! msleep() may sleep */
	spin_unlock(&b->lock);
}
#endif
`,
    ));

  it('one finding where both choices have it', () =>
    checkFindings(
      'sleep-in-atomic',
      `
struct box { spinlock_t lock; int n; };
void turn(struct box *b)
{
	spin_lock(&b->lock);
#ifdef CONFIG_BOX_SLOW
	b->n = 2;
#else
	b->n = 1;
#endif
	msleep(b->n); /* ! msleep() may sleep */
	spin_unlock(&b->lock);
}
`,
    ));

  it('nothing: the branches take and give back the lock each for itself', () =>
    checkFindings(
      'unbalanced-region',
      `
struct box { spinlock_t lock; struct mutex m; int n; };
int turn(struct box *b)
{
#ifdef CONFIG_BOX_SLOW
	mutex_lock(&b->m);
#else
	spin_lock(&b->lock);
#endif
	if (b->n++ > 3) {
#ifdef CONFIG_BOX_SLOW
		mutex_unlock(&b->m);
#else
		spin_unlock(&b->lock);
#endif
		return -EBUSY;
	}
#ifdef CONFIG_BOX_SLOW
	mutex_unlock(&b->m);
#else
	spin_unlock(&b->lock);
#endif
	return 0;
}
`,
    ));

  it('a way out of one branch alone', () =>
    checkFindings(
      'unbalanced-region',
      `
struct box { spinlock_t lock; int n; };
int turn(struct box *b)
{
	spin_lock(&b->lock);
#ifdef CONFIG_BOX_SLOW
	if (b->n > 3)
		return -EBUSY; /* ! still held */
#else
	if (b->n > 4)
		goto out;
#endif
	b->n++;
out:
	spin_unlock(&b->lock);
	return 0;
}
`,
    ));

  it('nothing: the other order of two locks is left out', () =>
    checkFindings(
      'lock-order',
      `
struct box { spinlock_t a, b; int n; };
static void one(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->b);
	x->n++;
	spin_unlock(&x->b);
	spin_unlock(&x->a);
}
#ifdef DEBUG
static void two(struct box *x)
{
	spin_lock(&x->b);
	spin_lock(&x->a);
	x->n++;
	spin_unlock(&x->a);
	spin_unlock(&x->b);
}
#endif
static void three(struct box *x)
{
	spin_lock(&x->b);
#ifdef DEBUG
	spin_lock(&x->a);
	x->n++;
	spin_unlock(&x->a);
#endif
	spin_unlock(&x->b);
}
`,
    ));
});
