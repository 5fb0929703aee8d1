/** What the user asked for on the command line, as a value; a wrong use is a sentence. */
import { parseArgs } from 'node:util';
import type { CheckRequest } from '../../ide/pipeline';

type Options = NonNullable<CheckRequest['options']>;

export type Request =
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | { readonly command: 'wrong'; readonly message: string }
  | {
      readonly command: 'check';
      readonly files: readonly string[];
      readonly tree?: string;
      readonly json: boolean;
      readonly colour: boolean;
      readonly maxStates?: number;
      /** Seconds for each file. */
      readonly time?: number;
      readonly schedule?: string;
      readonly all: boolean;
      /** What to work out beside the verdict. */
      readonly examine: Pick<Options, 'odds' | 'matters' | 'twin' | 'counts'>;
      readonly model: boolean;
      /** Prints the schedule in this form in place of the answer. */
      readonly form?: 'mermaid' | 'json' | 'svg';
    }
  | {
      readonly command: 'facts';
      readonly files: readonly string[];
      readonly tree?: string;
      readonly json: boolean;
      /** Of whole files: reads the callers of all functions. */
      readonly contexts?: true;
      /** What is asked; absent: the facts of whole files. */
      readonly about?:
        | { readonly kind: 'line'; readonly line: number }
        | { readonly kind: 'function'; readonly name: string }
        | { readonly kind: 'bit'; readonly name: string };
    };

export const help = `racelens: see, replay and fix races in Linux kernel C

  racelens check FILE.race.c...   runs harnesses through the engine
      --tree DIR         the kernel tree that their includes are looked up in
                         (else the one that the file lies in, else none)
      --schedule STRING  executes this schedule in place of exploring
      --max-states N     stops after so many states (default 2 000 000)
      --time S           stops after so many seconds for each file
      --all              shows every step of the schedule
      --matters          which orders of steps the finding depends on
      --twin             the nearest schedule that passes
      --odds             how likely the finding is if chance alone schedules
      --counts           also the states without reduction
      --slow CALL[=K]    the same, if that call takes up to K times longer (1024)
      --model            prints the program that the engine runs, and does not run it
      --mermaid          prints the schedule as a Mermaid sequence diagram
      --trace            prints the schedule with its states as JSON
      --svg              prints a picture of it
      --json             one object a line
      --no-color
  racelens facts FILE.c...        RCU regions, state words, conditional locks, contexts
      --contexts         reads the callers of every function in the whole tree (may take a minute)
      --line N           of one file: reader, locks, sleeping, BH, interrupts before that line
      --function NAME    a function's sections, wrapper role, contexts (FILE may be left out)
      --bit NAME         every site of a bit of a state word in the tree (FILE may be left out)
      --tree DIR, --json

Exit code of check: 0 as expected (RACE_EXPECT in the harness, else holds),
1 not as expected, 2 cannot tell, 3 bad use or input.
`;

export function parseRequest(args: readonly string[]): Request {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        tree: { type: 'string' },
        json: { type: 'boolean' },
        'max-states': { type: 'string' },
        time: { type: 'string' },
        schedule: { type: 'string' },
        all: { type: 'boolean' },
        odds: { type: 'boolean' },
        slow: { type: 'string' },
        matters: { type: 'boolean' },
        twin: { type: 'boolean' },
        counts: { type: 'boolean' },
        model: { type: 'boolean' },
        mermaid: { type: 'boolean' },
        trace: { type: 'boolean' },
        svg: { type: 'boolean' },
        line: { type: 'string' },
        function: { type: 'string' },
        bit: { type: 'string' },
        contexts: { type: 'boolean' },
        color: { type: 'boolean' },
        'no-color': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    return wrong(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  const { values, positionals } = parsed;
  const [command, ...files] = positionals;
  if (values.help || command === 'help') return { command: 'help' };
  if (values.version) return { command: 'version' };
  const shared = {
    files,
    json: values.json ?? false,
    ...(values.tree === undefined ? {} : { tree: values.tree }),
  };
  if (command === undefined) return wrong('say what to do: check or facts');
  if (command === 'check') {
    if (!files.length) return wrong('check needs at least one harness, FILE.race.c');
    const maxStates = positive(values['max-states'], '--max-states');
    const time = positive(values.time, '--time');
    if (typeof maxStates === 'string') return wrong(maxStates);
    if (typeof time === 'string') return wrong(time);
    const examine = examineOf(values);
    if (typeof examine === 'string') return wrong(examine);
    if (values.schedule !== undefined && Object.keys(examine).length > 0)
      return wrong('--odds, --slow, --matters, --twin and --counts need all schedules; leave --schedule out');
    const forms = [
      ...(values.mermaid ? ['mermaid' as const] : []),
      ...(values.trace ? ['json' as const] : []),
      ...(values.svg ? ['svg' as const] : []),
    ];
    const form = forms[0];
    if (forms.length > 1) return wrong('--mermaid, --trace and --svg are different forms: take one');
    if (form && values.json) return wrong('--mermaid, --trace and --svg print no record: leave --json out');
    if (values.schedule !== undefined && files.length > 1)
      return wrong('--schedule is for one harness, and there are several');
    return {
      command,
      ...shared,
      colour: !values['no-color'],
      all: values.all ?? false,
      model: values.model ?? false,
      ...(form ? { form } : {}),
      examine,
      ...(maxStates === undefined ? {} : { maxStates }),
      ...(time === undefined ? {} : { time }),
      ...(values.schedule === undefined ? {} : { schedule: values.schedule }),
    };
  }
  if (command === 'facts') {
    const about = aboutOf(values);
    if (typeof about === 'string') return wrong(about);
    const contexts = values.contexts && ({ contexts: true } as const);
    const request = { command, ...shared, ...contexts, ...(about && { about }) } as const;
    if (about && contexts) return wrong(`--contexts is for whole files; --${about.kind} reads all callers`);
    if (about?.kind === 'line' && files.length !== 1) return wrong('--line is for one file');
    if (about && files.length > 1) return wrong(`--${about.kind} is for one file or none`);
    // About a name, the working folder may be the tree.
    return files.length || about ? request : wrong('facts needs at least one file');
  }
  if (/\.c$/.test(command)) return wrong(`do you mean “racelens check ${command}”?`);
  return wrong(`there is no command “${command}”; there are check and facts`);
}

function wrong(message: string): Request {
  return { command: 'wrong', message };
}

/** What `check` is to work out beside the verdict, or what is wrong with the wish. */
function examineOf(values: {
  readonly odds?: boolean | undefined;
  readonly slow?: string | undefined;
  readonly matters?: boolean | undefined;
  readonly twin?: boolean | undefined;
  readonly counts?: boolean | undefined;
}): Pick<Options, 'odds' | 'matters' | 'twin' | 'counts'> | string {
  const slow = slowOf(values.slow);
  if (typeof slow === 'string') return slow;
  return {
    ...(values.odds || slow ? { odds: slow ? { slow } : {} } : {}),
    ...(values.matters ? { matters: true } : {}),
    ...(values.twin ? { twin: true } : {}),
    ...(values.counts ? { counts: true } : {}),
  };
}

function slowOf(
  text: string | undefined,
): { readonly call: string; readonly factor?: number } | string | undefined {
  if (text === undefined) return undefined;
  const [, call, , factor] = /^([A-Za-z_]\w*)(\(\))?(?:=(.*))?$/.exec(text) ?? [];
  if (call === undefined) return `--slow needs a call, CALL or CALL=K, not “${text}”`;
  if (factor === undefined) return { call };
  const k = positive(factor, '--slow');
  if (typeof k === 'string' || k === undefined || k < 1)
    return `--slow needs a factor of at least 1 behind “${call}=”, not “${factor}”`;
  return { call, factor: k };
}

/** What `facts` is asked about, or what is wrong with the question. */
function aboutOf(values: {
  readonly line?: string | undefined;
  readonly function?: string | undefined;
  readonly bit?: string | undefined;
}): Extract<Request, { command: 'facts' }>['about'] | string {
  const given = (['line', 'function', 'bit'] as const).filter(k => values[k] !== undefined);
  if (given.length > 1) return `--${given.join(' and --')}: ask one at a time`;
  if (values.line !== undefined) {
    const line = Number(values.line);
    return Number.isInteger(line) && line > 0
      ? { kind: 'line', line }
      : `--line needs a line's number, not “${values.line}”`;
  }
  for (const kind of ['function', 'bit'] as const) {
    const name = values[kind];
    if (name !== undefined)
      return /^[A-Za-z_]\w*$/.test(name) ? { kind, name } : `--${kind} needs a name, not “${name}”`;
  }
  return undefined;
}

/** A number above 0, or what is wrong with it. */
function positive(text: string | undefined, option: string): number | string | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replace(/_/g, ''));
  return Number.isFinite(value) && value > 0 ? value : `${option} needs a number above 0, not “${text}”`;
}
