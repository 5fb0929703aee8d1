import { checkVerdict } from './lowering';

const calls = `#include <racelens.h>
#include "x.c"
RACE_THREAD(process, a) { RACE_ASSERT(sys_twice(3) == 6); }
//- /h/x.c
#include "scratch.h"
#include "calls.h"
SYSCALL_DEFINE1(twice, int, n)
{
	return 2 * n;
}
//- /h/calls.h
#define __MAP(t, n) t n
#define SYSCALL_DEFINE1(name, t, n) \\
	long sys_##name(__MAP(t, n)) __attribute__((alias("__se_sys_" #name))); \\
	static inline long __do_sys_##name(__MAP(t, n))
//- /h/scratch.h
#define __MAP(t, n) (t < n)
#undef __MAP
`;

describe('lowering: system calls', () => {
  it('have the body that stands behind their macro, whatever a header used its names for before', () =>
    checkVerdict(calls, 'holds'));
});
