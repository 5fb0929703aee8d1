/** Facts of a line, a function or a bit as a person reads them: what `racelens facts` prints without `--json`. */
import type { BitFacts } from '../bits/bitFacts';
import type { FunctionFactsJson } from './functionFacts';
import type { ContextJson, HeldLockJson, LineFactsJson, SituationJson } from './lineFacts';

/** Lines, each ended. */
export function lineFactsText(facts: LineFactsJson): string {
  if (facts.function === null) return `${facts.file}: ${facts.problem}\n`;
  const head = `${facts.file}:${String(facts.line)}  before this line of ${facts.function}()`;
  return lines([head, ...situation(facts)]);
}

export function functionFactsText(facts: FunctionFactsJson): string {
  const at = (line: number): string => `${facts.file}:${String(line)}`;
  const out = [`${at(facts.line)}  ${facts.function}()${facts.macro ? ', a macro' : ''}`];
  if (facts.wrapperRole !== null) {
    const effects = facts.effects.map(
      e =>
        `${e.role} ${e.kind}${e.lock === undefined ? '' : ` ${e.lock}`}${e.when === undefined ? '' : ` if ${e.when}`}`,
    );
    const chain = facts.wrapperChain.map(l => l.name).join(' -> ');
    out.push(`  calling it: ${effects.join(', ')}${chain === '' ? '' : ` (${chain})`}`);
  }
  if (!facts.macro)
    out.push(
      '  on entry',
      ...situation({ ...facts.entry, contexts: facts.contexts, why: facts.why }).map(indent),
    );
  for (const r of facts.regions) {
    const lock = r.lock === undefined ? '' : ` ${r.lock}`;
    out.push(`  ${at(r.line)}-${String(r.endLine)}  ${r.kind}${lock}, ${r.ending}`);
  }
  for (const e of facts.ends)
    out.push(`  ${at(e.line)}  ${e.kind}${e.lock === undefined ? '' : ` ${e.lock}`}: ${e.ending}`);
  for (const l of facts.conditionalLocks) out.push(`  ${at(l.line)}  takes no ${l.lock} while ${l.unless}`);
  return lines(out);
}

export function bitFactsText(facts: BitFacts, show: (path: string) => string): string {
  const out = [
    `${facts.bit}${facts.number === undefined ? '' : `, bit ${String(facts.number)}`}${facts.words.length ? ` of ${facts.words.join(', ')}` : ''}`,
  ];
  if (facts.meaning !== undefined) out.push(`  ${facts.meaning.replace(/\n/g, '\n  ')}`);
  for (const s of facts.sites)
    out.push(
      `  ${show(s.file)}:${String(s.line)}  ${s.function}(): ${s.kind}, ${s.operation}, ${s.atomic ? 'atomic' : 'not atomic'}, ${s.ordering}`,
    );
  for (const o of facts.others) out.push(`  ${show(o.file)}:${String(o.line)}  ${o.function}: ${o.how}`);
  out.push(...facts.problems.map(p => `  ${p}`));
  return lines(out);
}

function situation(s: SituationJson): readonly string[] {
  return [
    ...[s.why.rcuReader, s.why.maySleep, s.why.bhOff, s.why.irqOff].map(indent),
    ...s.heldLocks.map(l => indent(lockText(l))),
    ...s.contexts.map(c => indent(contextText(c))),
  ];
}

function lockText(l: HeldLockJson): string {
  const certain = {
    yes: '',
    no: 'not ',
    'some-paths': 'on some paths ',
    'depends-on-caller': 'by some callers ',
  };
  return `${certain[l.held]}held: ${l.lock} (${l.kind}${l.shared ? ', shared' : ''}): ${l.why}`;
}

function contextText(c: ContextJson): string {
  const chain = c.chain.map(l => `${l.name} ${l.file}:${String(l.line)}`).join(' < ');
  return `in ${c.context}, ${c.runsAs}: ${chain}`;
}

function indent(line: string): string {
  return `  ${line}`;
}

function lines(list: readonly string[]): string {
  return list.map(l => `${l}\n`).join('');
}
