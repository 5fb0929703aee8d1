/** What the extension has to hear of a change of the model: messages, in order. Pure. */
import type { FromPanel, ToPanel } from '../protocol/panel';
import { version } from './check';
import { told, type Model } from './model';
import { toKeep, type Act } from './reduce';

export function tell(before: Model, after: Model, act: Act | ToPanel): readonly FromPanel[] {
  const messages: FromPanel[] = [];
  const say = (message: FromPanel): void => {
    messages.push(message);
  };
  const fromOutside = act.type === 'run' || act.type === 'step';
  if (!after.play && before.position !== after.position && !fromOutside)
    say({ version, type: 'moved', step: after.position });
  if (act.type === 'setFollow') say({ version, type: 'follow', follow: after.follow });
  if (after.slow && after.slow.call !== before.slow?.call && !after.slow.answer)
    say({ version, type: 'slow', call: after.slow.call });
  if (after.play && (after.play.path !== before.play?.path || after.play.at !== before.play.at))
    say({ version, type: 'play', choices: after.play.path, at: after.play.at });
  if (before.play && !after.play && act.type !== 'play' && act.type !== 'run') say({ version, type: 'play' });
  const newRun = act.type === 'run' && after.run?.view.trace !== undefined;
  if (after.expressions !== before.expressions || (newRun && after.expressions.length))
    say({ version, type: 'watch', expressions: after.expressions });
  if (
    after.comparison &&
    after.comparison.answer === undefined &&
    after.comparison !== before.comparison &&
    after.comparison.what !== 'twin'
  )
    say({ version, type: 'compare', what: after.comparison.what });
  if (act.type !== 'tick' && JSON.stringify(toKeep(before)) !== JSON.stringify(toKeep(after)))
    say({ version, type: 'keep', view: toKeep(after) });
  return messages;
}

/** What the reader's choice asks for that is not here yet: set before it is told. */
export function wanting(model: Model): Model {
  if (!model.run) return model;
  let next = model;
  const odds = told(next.odds);
  const call = odds?.calls[0];
  if (next.tab === 'odds' && call !== undefined && !next.slow) next = { ...next, slow: { call } };
  if (next.tab === 'compare' && next.versus !== 'twin' && next.comparison?.what !== next.versus)
    next = { ...next, comparison: { what: next.versus } };
  return next;
}
