/** What the live region says: each step in words, and in a play where it leads. */
import { prospectText } from './choices';
import { lastPosition, told, traceOf, type Model } from './model';
import { stepText } from './transcript';

export function spokenOf(model: Model): string {
  const trace = traceOf(model);
  if (!trace || (model.position === 0 && !model.play)) return '';
  const { t } = model;
  const step =
    model.position === 0
      ? t('start')
      : t('Step {0} of {1}', model.position, lastPosition(model)) +
        `: ${stepText(trace, model.position - 1)}`;
  const play = told(model.play?.answer);
  const hidden = model.play?.quiz === true && model.play.hintAt !== model.play.path.length;
  return play && !hidden ? `${step}. ${play.ended?.message ?? prospectText(model, play.here)}` : step;
}
