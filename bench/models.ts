/**
 * The race of netpoll, NAPI and napi_disable() as ir, made of single steps as a Promela model of it has them: every
 * statement is one atomic group, so that state counts can be compared with SPIN's. (A hand-written model is for
 * benchmarks only: verdicts about C come from the C.)
 */
export interface ModelSize {
  /** NAPI instances, netpoll CPUs, interrupts for each instance, polls of each CPU. */
  readonly instances: number;
  readonly cpus: number;
  readonly interrupts: number;
  readonly polls: number;
  /** With the grace period. */
  readonly fixed: boolean;
  /** napi_disable() polls in place of waiting. */
  readonly polling: boolean;
}

const [SCHED, NPSVC, MISSED, DISABLE] = [1, 2, 4, 8];

/** One step; r9 is scratch and is left 0. */
const step = (...parts: readonly string[]): string =>
  `atomic ${parts.length + 1}; ${[...parts, 'r9 = 0'].join('; ')}`;

/** CPU `k` waits until all readers of now have left: a bit in each reader's `gpw` until then. */
function gracePeriod(instances: number, k: number): string {
  const each = Array.from({ length: instances }, (_, n) => n);
  return `${step(
    ...each.flatMap(n => [
      `r9 = load u32 &inrcu${n}`,
      `r9 = shl u32 r9 ${k}`,
      `r8 = load u32 &gpw${n}`,
      'r8 = or u32 r8 r9',
      `store u32 &gpw${n} r8`,
    ]),
    'r8 = 0',
  )}
      ${step(
        'r9 = 0',
        ...each.flatMap(n => [`r8 = load u32 &gpw${n}`, 'r9 = or u32 r9 r8']),
        `r9 = and u32 r9 ${1 << k}`,
        'r8 = 0',
        'r9 = eq u32 r9 0',
        'await r9',
      )}`;
}

/** The ir text of a model. */
export function netpollModel(size: ModelSize): string {
  const { instances: N, cpus: C, interrupts: I, polls: P } = size;
  const lines: string[] = [];
  for (let n = 0; n < N; n++)
    for (const name of ['state', 'owner', 'npinfo', 'pend', 'inrcu', 'gpw'])
      lines.push(`object ${name}${n}: u32`);

  const rest = 'atomic 1; r9 = 0';

  for (let n = 0; n < N; n++) {
    const [state, owner] = [`&state${n}`, `&owner${n}`];
    // r0 val, r1 have
    lines.push(`daemon process softirq${n} {
      r0 = 0; r1 = 0; r6 = 0; r7 = 0; r8 = 0; r9 = 0
      IDLE: ${step(`r9 = load u32 &pend${n}`, 'await r9', `store u32 &pend${n} 0`, `store u32 &inrcu${n} 1`)}
      ${step(`r1 = load u32 &npinfo${n}`)}
      ${rest}; unless r1 goto POLL
      ${step(`r9 = load u32 ${owner}`, 'r9 = eq u32 r9 0', 'await r9', `store u32 ${owner} ${n + 1}`)}
      POLL: ${rest}
      ${step(`r0 = load u32 ${state}`)}
      ${rest}; r9 = and u32 r0 ${NPSVC}; if r9 goto UNLOCKN; r9 = 0
      ${step(`r0 = load u32 ${state}`)}
      CAS: atomic 11; r9 = load u32 ${state}; r8 = eq u32 r9 r0
        r6 = and u32 r0 ${~(MISSED | SCHED) & 15}; r7 = and u32 r0 ${MISSED}; r7 = shr u32 r7 2; r6 = or u32 r6 r7
        r7 = xor u32 r6 r9; r7 = mul u32 r7 r8; r6 = xor u32 r9 r7; store u32 ${state} r6; r6 = 0
      r7 = 0; if r8 goto WON; r0 = r9; r9 = 0; goto CAS
      WON: r8 = 0; r9 = 0; ${rest}; r9 = and u32 r0 ${MISSED}; unless r9 goto UNLOCKN; r9 = 0
      ${step(`store u32 &pend${n} 1`)}
      UNLOCKN: r9 = 0; ${rest}; unless r1 goto OUT
      ${step(`store u32 ${owner} 0`)}
      OUT: ${step(`store u32 &inrcu${n} 0`, ...(size.fixed ? [`store u32 &gpw${n} 0`] : []), 'r0 = 0', 'r1 = 0')}
      goto IDLE
    }`);
    // r0 val, r1 cnt
    lines.push(`thread process irq${n} {
      r0 = 0; r1 = 0; r6 = 0; r7 = 0; r8 = 0; r9 = 0
      AGAIN: ${rest}; r9 = lt u32 r1 ${I}; unless r9 goto END; r9 = 0; r1 = add u32 r1 1
      ${step(`r0 = load u32 ${state}`)}
      CAS: ${rest}; r9 = and u32 r0 ${DISABLE}; if r9 goto OUT; r9 = 0
      atomic 11; r9 = load u32 ${state}; r8 = eq u32 r9 r0
        r7 = and u32 r0 ${SCHED}; r7 = shl u32 r7 2; r6 = or u32 r0 ${SCHED}; r6 = or u32 r6 r7
        r7 = xor u32 r6 r9; r7 = mul u32 r7 r8; r6 = xor u32 r9 r7; store u32 ${state} r6; r6 = 0
      r7 = 0; if r8 goto WON; r0 = r9; r9 = 0; goto CAS
      WON: r8 = 0; r9 = 0; ${rest}; r9 = and u32 r0 ${SCHED}; if r9 goto OUT
      ${step(`store u32 &pend${n} 1`)}
      OUT: r9 = 0; ${rest}; r0 = 0; goto AGAIN
      END: r9 = 0
    }`);
    // r0 val
    lines.push(`thread process disable${n} {
      r0 = 0; r6 = 0; r7 = 0; r8 = 0; r9 = 0
      ${step(`r9 = load u32 ${state}`, `r9 = or u32 r9 ${DISABLE}`, `store u32 ${state} r9`)}
      AGAIN: ${
        size.polling
          ? `${step(`r0 = load u32 ${state}`)}
      ${rest}; r9 = and u32 r0 ${SCHED | NPSVC}; unless r9 goto TRY; r9 = 0; goto AGAIN
      TRY: r9 = 0`
          : step(
              `r9 = load u32 ${state}`,
              `r9 = and u32 r9 ${SCHED | NPSVC}`,
              'r9 = eq u32 r9 0',
              'await r9',
              `r0 = load u32 ${state}`,
            )
      }
      atomic 8; r9 = load u32 ${state}; r8 = eq u32 r9 r0
        r6 = or u32 r0 ${SCHED | NPSVC}; r7 = xor u32 r6 r9; r7 = mul u32 r7 r8; r6 = xor u32 r9 r7; store u32 ${state} r6; r6 = 0
      r7 = 0; r9 = 0; if r8 goto WON; r0 = 0; goto AGAIN
      WON: r8 = 0
      ${step(`r9 = load u32 ${state}`, `r9 = and u32 r9 ${~DISABLE & 15}`, `store u32 ${state} r9`, 'r0 = 0')}
    }`);
  }
  for (let k = 0; k < C; k++) {
    // r0 cnt; the instance is unrolled, as an index of objects is none in the ir.
    const setup = Array.from(
      { length: N },
      (_, i) => `
      ${step(`store u32 &npinfo${i} 1`)}
      ${size.fixed ? gracePeriod(N, k) : ''}
      ${rest}`,
    );
    const poll = Array.from(
      { length: N },
      (_, i) => `
      ${i === 0 ? 'POLL:' : ''} atomic 6; r9 = load u32 &owner${i}; r8 = eq u32 r9 0; r9 = mul u32 r8 ${3 * N + k + 1}; r7 = load u32 &owner${i}; r9 = or u32 r9 r7; store u32 &owner${i} r9
      r9 = 0; r7 = 0; unless r8 goto NEXT${i}; r8 = 0
      atomic 4; r9 = load u32 &state${i}; r8 = and u32 r9 ${NPSVC}; r9 = or u32 r9 ${NPSVC}; store u32 &state${i} r9
      r9 = 0; if r8 goto REL${i}
      ${rest}
      ${step(`r9 = load u32 &state${i}`, `r9 = and u32 r9 ${~NPSVC & 15}`, `store u32 &state${i} r9`)}
      REL${i}: r8 = 0; ${step(`store u32 &owner${i} 0`)}
      NEXT${i}: r8 = 0; ${rest}${i === N - 1 ? '; r0 = add u32 r0 1' : ''}`,
    );
    lines.push(`thread process netpoll${k} {
      r0 = 0; r7 = 0; r8 = 0; r9 = 0
      ${setup.join('\n')}
      ${poll.join('\n')}
      ${rest}; r9 = lt u32 r0 ${P}; unless r9 goto END; r9 = 0; goto POLL
      END: r9 = 0
    }`);
  }
  return lines.join('\n');
}

const shape = (
  instances: number,
  cpus: number,
  interrupts: number,
  polls: number,
): Omit<ModelSize, 'fixed' | 'polling'> => ({
  instances,
  cpus,
  interrupts,
  polls,
});

/** The sizes of the study, by letter; `L` polls. */
export const sizes: Readonly<Record<string, Omit<ModelSize, 'fixed' | 'polling'>>> = {
  A: shape(1, 1, 1, 1),
  B: shape(1, 1, 2, 2),
  C: shape(1, 2, 2, 2),
  D: shape(2, 1, 1, 1),
  E: shape(1, 3, 2, 2),
  F: shape(1, 3, 3, 2),
  L: shape(1, 1, 1, 1),
};
