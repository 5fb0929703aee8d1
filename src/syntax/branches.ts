/**
 * `#if` inside an item: chooses branches before the parse, because the grammar's own preprocessor nodes break
 * whatever block they cut. A branch that is not chosen becomes blanks of the same length.
 */
import type { Decide } from './source';
import { evaluateCondition } from './condition';
import { blank, type Group, type Plain } from './plain';

/** Which branch of a group stays: its index, `none`, or `open` when nobody knows. */
type Choice = number | 'none' | 'open';

function choose(group: Group, decide: Decide | undefined): Choice {
  for (let i = 0; i < group.branches.length; i++) {
    const condition = group.branches[i]?.condition;
    if (!condition) return i;
    const constant = evaluateCondition(condition.text, () => undefined);
    const value = constant ?? decide?.(condition.text);
    if (value === undefined) return 'open';
    if (value !== condition.negated) return i;
  }
  return 'none';
}

/** Texts of the item to try in order, best first: only one unless a group is undecided. */
export function variantsOf(
  plain: Plain,
  start: number,
  end: number,
  decide: Decide | undefined,
): readonly string[] {
  const code = plain.code.slice(start, end);
  const groups = plain.groups.filter(
    g =>
      g.start < end &&
      g.end > start &&
      (g.branches.some(b => b.directiveStart > start && b.directiveStart < end) ||
        (g.end > start && g.end < end)),
  );
  if (groups.length === 0) return [code];
  const choices = groups.map(g => choose(g, decide));
  const render = (open: (g: Group) => Choice): string => {
    let text = code;
    groups.forEach((g, k) => {
      const decided = choices[k] ?? 'open';
      const choice = decided === 'open' ? open(g) : decided;
      if (choice === 'open') return;
      g.branches.forEach((b, i) => {
        if (i === choice) return;
        const from = Math.max(b.start, start) - start;
        const to = Math.min(b.end, end) - start;
        if (to > from) text = text.slice(0, from) + blank(text.slice(from, to)) + text.slice(to);
      });
    });
    return text;
  };
  if (!choices.includes('open')) return [render(() => 'open')];
  const all = [
    render(() => 'open'),
    render(() => 0),
    render(g => g.branches.length - 1),
    render(g => (g.branches.length > 1 ? g.branches.length - 1 : 'none')),
  ];
  // With a decision procedure at hand, an undecided group is a plain choice: its first branch. Both only in the editor.
  if (decide) all.push(all.shift() ?? '');
  return [...new Set(all)];
}
