/** Keys of the page: a table of what each does, and the same table for reading. */
import { html, type TemplateResult } from 'lit';
import type { Actions } from './actions';
import { told, traceOf, type Model } from './model';
import type { Act } from './reduce';
import type { Translate } from './words';

interface Key {
  /** `event.key`. */
  readonly key: string;
  readonly act: (model: Model) => Act | undefined;
}

const last = (model: Model): number => traceOf(model)?.steps.length ?? 0;
const choose =
  (index: number) =>
  (model: Model): Act | undefined => {
    const choice = told(model.play?.answer)?.choices[index];
    return choice && { type: 'choose', key: choice.key };
  };

export const keys: readonly Key[] = [
  { key: 'ArrowDown', act: () => ({ type: 'move', direction: 1 }) },
  { key: 'ArrowRight', act: () => ({ type: 'move', direction: 1 }) },
  { key: 'ArrowUp', act: () => ({ type: 'move', direction: -1 }) },
  { key: 'ArrowLeft', act: () => ({ type: 'move', direction: -1 }) },
  { key: 'Home', act: () => ({ type: 'go', position: 0 }) },
  { key: 'End', act: model => ({ type: 'go', position: last(model) }) },
  { key: ' ', act: () => ({ type: 'togglePlay' }) },
  { key: 'o', act: () => ({ type: 'over', direction: 1 }) },
  { key: 'O', act: () => ({ type: 'over', direction: -1 }) },
  { key: 'p', act: () => ({ type: 'preemption', direction: 1 }) },
  { key: 'P', act: () => ({ type: 'preemption', direction: -1 }) },
  { key: 'b', act: () => ({ type: 'change', direction: 1 }) },
  { key: 'B', act: () => ({ type: 'change', direction: -1 }) },
  { key: 'r', act: () => ({ type: 'runTo' }) },
  { key: '+', act: model => ({ type: 'speed', speed: model.speed * 2 }) },
  { key: '-', act: model => ({ type: 'speed', speed: model.speed / 2 }) },
  { key: 'a', act: () => ({ type: 'toggleArrows' }) },
  { key: 'l', act: model => ({ type: 'setFollow', follow: !model.follow }) },
  { key: 'u', act: model => (model.play ? { type: 'undo' } : undefined) },
  { key: 'Backspace', act: model => (model.play ? { type: 'undo' } : undefined) },
  { key: 'h', act: model => (model.play?.quiz ? { type: 'hint' } : undefined) },
  { key: '?', act: model => ({ type: 'keys', show: !model.showsKeys }) },
  {
    key: 'Escape',
    act: model =>
      model.showsKeys
        ? { type: 'keys', show: false }
        : model.play
          ? { type: 'leavePlay' }
          : { type: 'showAll' },
  },
  ...Array.from({ length: 9 }, (_, index) => ({ key: String(index + 1), act: choose(index) })),
];

/** What is done by a key alone. */
export function actOf(model: Model, event: KeyboardEvent): Act | undefined {
  if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp'))
    return { type: 'moveCursor', direction: event.key === 'ArrowDown' ? 1 : -1 };
  return keys.find(key => key.key === event.key)?.act(model);
}

function rows(t: Translate): readonly (readonly [string, string])[] {
  return [
    ['↓ ↑', t('step, step back')],
    ['Home End', t('first, last')],
    [t('Space'), t('play, pause')],
    ['+ −', t('faster, slower')],
    ['o O', t('over the call, back over the call')],
    ['p P', t('to the next preemption, to the last one')],
    ['b B', t('to the next change of the chosen bit or value, to the last one')],
    ['Shift+↓ ↑', t('move the cursor without executing')],
    ['r', t('run to the cursor')],
    ['Enter', t('open the step in the editor')],
    ['1 … 9', t('free play: who runs next')],
    ['u', t('free play: undo')],
    ['h', t('race quiz: a hint')],
    ['/', t('find in the steps')],
    ['a', t('arrows on and off')],
    ['l', t('follow in the editor on and off')],
    ['Esc', t('leave the play, show all steps again')],
    ['?', t('these keys')],
  ];
}

export function keysDialog(model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  const close = (): void => {
    actions.act({ type: 'keys', show: false });
  };
  return html`<dialog id="keys" aria-labelledby="keys-title" @close=${close}>
    <h2 id="keys-title">${t('Keys')}</h2>
    <table>
      <tbody>
        ${rows(t).map(
          ([key, text]) =>
            html`<tr>
              <th scope="row">${key.split(' ').map(part => html`<kbd>${part}</kbd> `)}</th>
              <td>${text}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="in">
      ${t('A click on a row goes there; with Alt it plays up to there; with Shift it sets the cursor; a double click opens the code.')}
    </p>
    <vscode-button @click=${close}>${t('Close')}</vscode-button>
  </dialog>`;
}
