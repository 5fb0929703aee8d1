/**
 * The models of bench/models.ts for SPIN: the same steps, one Promela statement (or d_step) for each atomic group, so that a
 * full search has the same number of states. Arrays indexed by `_pid`, bytes and bits, as one would write it by hand;
 * processes come in the order softirq, irq, disable, netpoll, so `_pid` minus the first of its kind is the instance.
 */
import type { ModelSize } from './models';

export function netpollPromela(size: ModelSize): string {
  const { instances: N, cpus: C, interrupts: I, polls: P, fixed, polling } = size;
  const all = Array.from({ length: N }, (_, n) => n);
  const grace = fixed
    ? `
  /* The readers of now, noted by a bit each; then none of them is left. */
  d_step { ${all.map(n => `waits[${n}] = waits[${n}] | (reads[${n}] << CPU)`).join('; ')} };
  (((${all.map(n => `waits[${n}]`).join(' | ')}) >> CPU) & 1) == 0;`
    : '';
  const wait = polling
    ? `  seen = word[DIS];
  if
  :: (seen & (SCHED | NPSVC)) != 0 -> goto look
  :: else
  fi;`
    : `  if :: d_step { (word[DIS] & (SCHED | NPSVC)) == 0 -> seen = word[DIS] } fi;`;
  return `#define SCHED 1
#define NPSVC 2
#define MISSED 4
#define DISABLE 8
#define IRQ (_pid - ${N})
#define DIS (_pid - ${2 * N})
#define CPU (_pid - ${3 * N})

byte word[${N}];
byte holder[${N}];
bit published[${N}];
bit raised[${N}];
bit reads[${N}];
byte waits[${N}];

active [${N}] proctype softirq() {
  byte seen; bit locked;
end_idle:
  if :: d_step { raised[_pid] == 1 -> raised[_pid] = 0; reads[_pid] = 1 } fi;
  locked = published[_pid];
  if
  :: locked == 1 -> d_step { holder[_pid] == 0 -> holder[_pid] = _pid + 1 }
  :: else
  fi;
  skip;
  seen = word[_pid];
  if
  :: (seen & NPSVC) != 0 -> goto leave
  :: else
  fi;
  seen = word[_pid];
exchange:
  if
  :: d_step { word[_pid] == seen -> word[_pid] = (seen & ~(MISSED | SCHED)) | ((seen & MISSED) >> 2) }
  :: d_step { word[_pid] != seen -> seen = word[_pid] }; goto exchange
  fi;
  if
  :: (seen & MISSED) != 0 -> raised[_pid] = 1
  :: else
  fi;
leave:
  if
  :: locked == 1 -> holder[_pid] = 0
  :: else
  fi;
  d_step { reads[_pid] = 0; ${fixed ? 'waits[_pid] = 0; ' : ''}seen = 0; locked = 0 };
  goto end_idle
}

active [${N}] proctype irq() {
  byte seen; byte count;
next:
  if
  :: d_step { count < ${I} -> count = count + 1 }
  :: count == ${I} -> goto end_irq
  fi;
  seen = word[IRQ];
exchange:
  if
  :: (seen & DISABLE) != 0 -> goto leave
  :: else
  fi;
  if
  :: d_step { word[IRQ] == seen -> word[IRQ] = seen | SCHED | ((seen & SCHED) << 2) }
  :: d_step { word[IRQ] != seen -> seen = word[IRQ] }; goto exchange
  fi;
  if
  :: (seen & SCHED) == 0 -> raised[IRQ] = 1
  :: else
  fi;
leave:
  seen = 0;
  goto next;
end_irq:
  false
}

active [${N}] proctype disable() {
  byte seen;
  word[DIS] = word[DIS] | DISABLE;
look:
${wait}
  if
  :: d_step { word[DIS] == seen -> word[DIS] = seen | SCHED | NPSVC }
  :: d_step { word[DIS] != seen -> seen = 0 }; goto look
  fi;
  d_step { word[DIS] = word[DIS] & ~DISABLE; seen = 0 };
end_done:
  false
}

active [${C}] proctype netpoll() {
  byte i; byte count;
publish:
  published[i] = 1;${grace}
  if
  :: d_step { i < ${N - 1} -> i = i + 1 }; goto publish
  :: d_step { i == ${N - 1} -> i = 0 }
  fi;
poll:
  if
  :: d_step { holder[i] == 0 -> holder[i] = _pid + 1 }
  :: holder[i] != 0 -> goto other
  fi;
  if
  :: d_step { (word[i] & NPSVC) == 0 -> word[i] = word[i] | NPSVC }
  :: (word[i] & NPSVC) != 0 -> goto release
  fi;
  skip;
  word[i] = word[i] & ~NPSVC;
release:
  holder[i] = 0;
other:
  if
  :: d_step { i < ${N - 1} -> i = i + 1 }; goto poll
  :: d_step { i == ${N - 1} -> i = 0; count = count + 1 }
  fi;
  if
  :: count < ${P} -> goto poll
  :: count == ${P} -> goto end_all
  fi;
end_all:
  false
}
`;
}
