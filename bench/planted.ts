/**
 * What the diagnostics miss: faults put into functions of a kernel tree, one at a time and in memory only, and how many of them the
 * kind that is for them reports in the function. `npm run bench:planted -- TREE [FOLDER…] [--fault NAME] [--count N] [--seed S] [--why]`.
 *
 * The places are drawn by a seeded generator. A fault counts as found if its kind says anything inside the function.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { diskFiles } from '../src/host/node/files';
import { diagnostics, kinds, type CheckKind } from '../src/ide/diagnostics';
import { entriesOf } from '../src/ide/entries';
import { createPipeline } from '../src/ide/pipeline';
import type { Scene } from '../src/ide/scene';
import { chainText } from '../src/kernel/entry/answers';
import { functionOf } from '../src/kernel/functions';
import type { Item } from '../src/syntax/source';

interface Planted {
  readonly lines: readonly string[];
  /** One-based line of the change. */
  readonly at: number;
}

interface Fault {
  readonly name: string;
  readonly kind: CheckKind;
  /** The text with the fault at a line (from 0), if the line is a place for it. */
  readonly plant: (lines: readonly string[], at: number) => readonly string[] | undefined;
}

const unlock =
  /^\t+(spin_unlock|mutex_unlock|rcu_read_unlock|read_unlock|write_unlock|up_read|up_write|rtnl_unlock)\w*\(.*\);$/;

/** A line with others put in its stead. */
function instead(lines: readonly string[], at: number, ...put: readonly string[]): readonly string[] {
  return [...lines.slice(0, at), ...put, ...lines.slice(at + 1)];
}

const faults: readonly Fault[] = [
  {
    name: 'dropped-unlock',
    kind: 'unbalanced-region',
    plant: (lines, at) =>
      unlock.test(lines[at] ?? '') && /^\t\t+(return|goto)/.test(lines[at + 1] ?? '')
        ? instead(lines, at)
        : undefined,
  },
  {
    name: 'sleep-in-section',
    kind: 'sleep-in-atomic',
    plant: (lines, at) =>
      /^\t+(spin_lock|rcu_read_lock|read_lock|write_lock)(_bh|_irq)?\(.*\);$/.test(lines[at] ?? '')
        ? instead(lines, at, lines[at] ?? '', '\tmsleep(10);')
        : undefined,
  },
  { name: 'removed-reader', kind: 'rcu-dereference-outside-reader', plant: withoutReader },
  {
    name: 'grace-period',
    kind: 'grace-period-inside-reader',
    plant: (lines, at) =>
      /^\t+rcu_read_unlock\(\);$/.test(lines[at] ?? '')
        ? instead(lines, at, '\tsynchronize_rcu();', lines[at] ?? '')
        : undefined,
  },
  {
    name: 'plain-bit',
    kind: 'non-atomic-op-on-shared-word',
    plant: (lines, at) =>
      /^\t+(set_bit|clear_bit)\(.*\);$/.test(lines[at] ?? '')
        ? instead(lines, at, (lines[at] ?? '').replace(/(set_bit|clear_bit)/, '__$1'))
        : undefined,
  },
  { name: 'dropped-clear', kind: 'bit-never-cleared', plant: withoutClear },
];

/** A bit that the function has taken is not cleared before it leaves by an error. */
function withoutClear(lines: readonly string[], at: number): readonly string[] | undefined {
  const bit = /^\t\t+clear_bit(?:_unlock)?\((\w+),.*\);$/.exec(lines[at] ?? '')?.[1];
  if (bit === undefined || !/^\t\t+(return -|goto)/.test(lines[at + 1] ?? '')) return undefined;
  for (let i = at - 1; i >= 0 && lines[i] !== '{'; i--)
    if (new RegExp(`\\btest_and_set_bit(_lock)?\\(${bit}\\b`).test(lines[i] ?? '')) return instead(lines, at);
  return undefined;
}

/** The only reader of a function, around rcu_dereference(), taken out. */
function withoutReader(lines: readonly string[], at: number): readonly string[] | undefined {
  if (!/^\trcu_read_lock\(\);$/.test(lines[at] ?? '')) return undefined;
  const made = [...lines];
  made[at] = '';
  let ends = 0;
  let reads = false;
  for (let i = at + 1; i < lines.length && lines[i] !== '}'; i++) {
    const line = lines[i] ?? '';
    if (/rcu_read_lock\(\)/.test(line)) return undefined;
    reads ||= /\brcu_dereference\(/.test(line);
    if (!/^\t+rcu_read_unlock\(\);$/.test(line)) continue;
    made[i] = line.replace('rcu_read_unlock();', ';');
    ends++;
  }
  return ends > 0 && reads ? made : undefined;
}

function option(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

function filesUnder(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .flatMap(entry => {
      const own = join(path, entry.name);
      return entry.isDirectory() ? filesUnder(own) : entry.name.endsWith('.c') ? [own] : [];
    })
    .sort();
}

/** The generator of the C library's manual: the same seed gives the same places. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (Math.imul(a, 1103515245) + 12345) & 0x7fffffff;
    return a / 0x7fffffff;
  };
}

function drawn(text: string, { plant }: Fault, next: () => number): Planted | undefined {
  const lines = text.split('\n');
  const places = lines.flatMap((_, at) => {
    const made = plant(lines, at);
    return made ? [{ lines: made, at: at + 1 }] : [];
  });
  return places[Math.floor(next() * places.length)];
}

/** What is known of the line of a fault that was missed, or of the first read of an RCU pointer behind it. */
function whatIsSo(scene: Scene, item: Item, line: number): string {
  const [source] = scene.files;
  const f = source && functionOf(source, item, scene.facts);
  if (!source || !f) return '';
  const entries = entriesOf(scene);
  const { flow, text } = f.analysis;
  const after = flow.points
    .filter(p => p.node && source.lines.positionAt(p.node.start + f.shift).line + 1 >= line)
    .sort((p, q) => (p.node?.start ?? 0) - (q.node?.start ?? 0));
  const read = after.find(p => p.node && /rcu_dereference\(/.test(text.slice(p.node.start, p.node.end)));
  const point = read ?? after[0];
  if (!point) return '';
  const s = entries.at(f, point.id);
  const locks = s.locks.map(l => `${l.kind} ${l.lock} ${l.held.value} (${l.held.because})`);
  return [
    '',
    `reader ${s.reader.value}: ${s.reader.because} [${chainText(s.reader.chain)}]`,
    `bhOff ${s.bhOff.value}: ${s.bhOff.because}`,
    `locks ${locks.join('; ') || 'none'}; contexts ${s.contexts.map(c => c.label).join(', ')}${s.complete ? '' : '; not all callers read'}`,
  ].join('\n        ');
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const only = option(args, '--fault');
  const count = Number(option(args, '--count') ?? 15);
  const seed = Number(option(args, '--seed') ?? 7);
  const why = args.includes('--why');
  const [tree, ...named] = args.filter(a => !a.startsWith('--'));
  if (tree === undefined || !existsSync(join(tree, 'include/linux'))) {
    console.error('bench:planted needs a kernel tree as its first argument');
    process.exitCode = 3;
    return;
  }
  const root = resolve(tree);
  const folders = named.length > 0 ? named : ['net/core', 'net/ipv4', 'net/bluetooth'];
  const all = folders.flatMap(folder => filesUnder(join(root, folder)));
  const disk = diskFiles();
  const overlay = new Map<string, string>();
  const pipeline = await createPipeline({
    files: {
      ...disk,
      read: path => overlay.get(path) ?? disk.read(path),
      ...(disk.bytes
        ? {
            bytes: (path: string) => {
              const text = overlay.get(path);
              return text === undefined ? disk.bytes?.(path) : new TextEncoder().encode(text);
            },
          }
        : {}),
    },
    root,
    runtime: readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: readFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm'),
  });
  for (const fault of faults) {
    if (only !== undefined && only !== fault.name) continue;
    const on = Object.fromEntries(kinds.map(k => [k.kind, k.kind === fault.kind]));
    const next = random(seed);
    const missed: string[] = [];
    let tried = 0;
    for (let draws = 0; tried < count && draws < 200 * count; draws++) {
      const path = all[Math.floor(next() * all.length)] ?? '';
      const planted = drawn(readFileSync(path, 'utf8'), fault, next);
      if (!planted) continue;
      tried++;
      overlay.set(path, planted.lines.join('\n'));
      pipeline.forget([path]);
      const scene = pipeline.scene([path]);
      const [source] = scene.files;
      const line = (offset: number): number => (source?.lines.positionAt(offset).line ?? 0) + 1;
      const inside = source?.items.find(
        i => i.kind === 'function' && line(i.start) <= planted.at && planted.at <= line(i.end),
      );
      const found = diagnostics(scene, path, { on }).some(
        d => inside && inside.start <= d.span.start && d.span.start < inside.end,
      );
      if (!found)
        missed.push(
          `${path.slice(root.length + 1)}:${String(planted.at)} ${inside?.name ?? 'no function'}` +
            (why && inside ? whatIsSo(scene, inside, planted.at) : ''),
        );
      overlay.delete(path);
      pipeline.forget([path]);
    }
    console.log(`${fault.name} (${fault.kind}): ${String(tried - missed.length)} of ${String(tried)}`);
    for (const one of missed) console.log(`   missed ${one}`);
  }
}

await main();
