/** The facts of a file as a person reads them: what `racelens facts FILE.c` prints. */
import type { FileFactsJson, PlainRange } from './facts';

/** Lines separated by `\n`, one at the end. `file` is the name to print. */
export function factsText(facts: FileFactsJson, file: string): string {
  const out: string[] = [];
  const at = (range: PlainRange): string => `${file}:${String(range.line)}`;
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length) out.push(...(out.length ? [''] : []), title, ...lines.map(line => `  ${line}`));
  };
  section(
    'Regions',
    facts.regions.map(r => {
      const what = [r.kind, ...(r.lock ? [r.lock] : []), ...(r.implicit ? [`implicit: ${r.implicit}`] : [])];
      const some = r.paths === 'some' ? ', on some paths only' : '';
      return `${at(r)}-${String(r.endLine)}  ${r.function}(): ${what.join(' ')}${some}`;
    }),
  );
  section(
    'State words',
    facts.words.map(w => {
      const bits = Object.entries(w.bits).map(([number, name]) => `${name} (${number})`);
      return `${w.word}: ${bits.join(', ')}`;
    }),
  );
  section(
    'Accesses to state words',
    facts.accesses.map(a => {
      const bits = a.bits.length ? ` ${a.bits.join('|')}` : '';
      return `${at(a)}  ${a.function}(): ${a.kind}${bits} in ${a.word}, ${a.atomic ? 'atomic' : 'not atomic'}, ${a.ordering}`;
    }),
  );
  section(
    'RCU pointers',
    facts.pointers.map(p => `${at(p)}  ${p.function}(): ${p.kind} ${p.pointer}`),
  );
  section(
    'Conditional locks',
    facts.conditionalLocks.map(l => `${at(l)}  ${l.function}(): takes no ${l.lock} while ${l.unless}`),
  );
  section(
    'Published without a grace period',
    facts.publishes.map(p => `${at(p)}  ${p.function}(): ${p.pointer}, read by ${p.readers.join(', ')}`),
  );
  section(
    'Contexts',
    facts.contexts.map(c => {
      const chain = c.chain.map(l => l.name).join(' < ');
      return `${c.function}(): ${c.context}, ${c.runsAs}: ${chain}`;
    }),
  );
  section('Problems', facts.problems);
  if (!out.length) out.push(`${file}: nothing that Racelens knows of is in this file`);
  return `${out.join('\n')}\n`;
}
