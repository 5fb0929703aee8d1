/** Macro calls at top level by the words in them, which are what they may define. Found once for each text of a file. */
import { notesOn } from '../base/notes';
import type { SourceFile } from '../syntax/source';
import type { Definition } from '../tree/tree';

export interface MacroCall {
  readonly definition: Definition;
  /** All words in it, each as often as it stands there. */
  readonly words: readonly string[];
  /** Longer words of its arguments: names may be pasted together of them. */
  readonly parts: readonly string[];
}

const notes = notesOn<SourceFile, readonly MacroCall[]>('macro calls');

/** Those that may define something. */
export function macroCallsOf(source: SourceFile): readonly MacroCall[] {
  const known = notes.get(source);
  if (known) return known;
  const found: MacroCall[] = [];
  for (const item of source.items) {
    const { kind, name, start, end } = item;
    if (kind !== 'invocation' || /^(?:EXPORT|MODULE|TRACE|DEFINE_EVENT|DECLARE_EVENT)/.test(name)) continue;
    const parts = source.text.slice(start + name.length, Math.min(end, start + 200)).match(/\b\w{3,}/g);
    found.push({
      definition: { item, source, decidedBy: [] },
      words: source.text.slice(start, Math.min(end, start + 300)).match(/[A-Za-z_]\w*/g) ?? [],
      parts: [...new Set(parts ?? [])],
    });
  }
  notes.set(source, found);
  return found;
}
