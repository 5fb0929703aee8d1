/** What the user asked for on the command line, as a value; a wrong use is a sentence. */
import { parseArgs } from 'node:util';

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
      readonly model: boolean;
    }
  | {
      readonly command: 'facts';
      readonly files: readonly string[];
      readonly tree?: string;
      readonly json: boolean;
    };

export const help = `racelens: see, replay and fix races in Linux kernel C

  racelens check FILE.race.c...   runs harnesses through the engine
      --tree DIR         the kernel tree that their includes are looked up in
                         (else the one that the file lies in, else none)
      --schedule STRING  executes this schedule in place of exploring
      --max-states N     stops after so many states (default 2 000 000)
      --time S           stops after so many seconds for each file
      --all              shows every step of the schedule
      --model            prints the program that the engine runs, and does not run it
      --json             one object a line
      --no-color
  racelens facts FILE.c...        RCU regions, state words, conditional locks
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
        model: { type: 'boolean' },
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
    if (values.schedule !== undefined && files.length > 1)
      return wrong('--schedule is for one harness, and there are several');
    return {
      command,
      ...shared,
      colour: !values['no-color'],
      all: values.all ?? false,
      model: values.model ?? false,
      ...(maxStates === undefined ? {} : { maxStates }),
      ...(time === undefined ? {} : { time }),
      ...(values.schedule === undefined ? {} : { schedule: values.schedule }),
    };
  }
  if (command === 'facts')
    return files.length ? { command, ...shared } : wrong('facts needs at least one file');
  if (/\.c$/.test(command)) return wrong(`do you mean “racelens check ${command}”?`);
  return wrong(`there is no command “${command}”; there are check and facts`);
}

function wrong(message: string): Request {
  return { command: 'wrong', message };
}

/** A number above 0, or what is wrong with it. */
function positive(text: string | undefined, option: string): number | string | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replace(/_/g, ''));
  return Number.isFinite(value) && value > 0 ? value : `${option} needs a number above 0, not “${text}”`;
}
