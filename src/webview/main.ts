/** The replay panel: keeps the model, draws it with lit, speaks with the extension. No state lives anywhere else. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { html, nothing, render } from 'lit';
import type { FromPanel, PanelState } from '../protocol/panel';
import { banner } from './banner';
import { asState, asToPanel, version } from './check';
import { inspector } from './inspector';
import { lanes } from './lanes';
import { isInside } from './layout';
import { isOpen, lastPosition, nextPosition, type Actions, type Model } from './model';
import { toolbar } from './toolbar';
import { stepText } from './transcript';
import { createTranslate } from './words';

interface Host {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: PanelState): void;
}
declare function acquireVsCodeApi(): Host;

/** Time between two steps of a replay that plays, in milliseconds. */
const pace = 900;

start(document.body.querySelector('main') ?? document.body, acquireVsCodeApi());

function start(root: HTMLElement, host: Host): void {
  const bundle = document.getElementById('words')?.textContent;
  let model: Model = {
    position: 0,
    playing: false,
    unfolded: new Set(),
    follow: true,
    compact: false,
    t: createTranslate(bundle ? (JSON.parse(bundle) as Record<string, string>) : {}),
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept = asState(host.getState());

  const actions: Actions = {
    goTo(position) {
      const to = Math.max(0, Math.min(position, lastPosition(model)));
      if (to === model.position && !model.playing) return;
      update({ position: to, playing: model.playing && to < lastPosition(model) });
      host.postMessage({ version, type: 'moved', step: to });
    },
    move(direction) {
      actions.goTo(nextPosition(model, direction));
    },
    toggleFold(fold) {
      const unfolded = new Set(model.unfolded);
      if (!isOpen(model, fold)) unfolded.add(fold.from);
      else {
        unfolded.delete(fold.from);
        // The current step must not vanish with its row.
        if (isInside(fold, model.position)) {
          update({ unfolded });
          actions.goTo(fold.from);
          return;
        }
      }
      update({ unfolded });
    },
    togglePlay() {
      const restart = !model.playing && model.position >= lastPosition(model);
      update({ playing: !model.playing, ...(restart ? { position: 0 } : {}) });
      if (restart) host.postMessage({ version, type: 'moved', step: 0 });
    },
    setFollow(follow) {
      update({ follow });
      host.postMessage({ version, type: 'follow', follow });
    },
    open: place => host.postMessage({ version, type: 'open', place }),
    copy: (what, text) => host.postMessage({ version, type: 'copy', what, text }),
    again: () => host.postMessage({ version, type: 'again' }),
    cancel: () => host.postMessage({ version, type: 'cancel' }),
    replay: schedule => host.postMessage({ version, type: 'replay', schedule }),
    applyFix: () => host.postMessage({ version, type: 'applyFix' }),
  };

  function update(change: Partial<Model>): void {
    const before = model;
    model = { ...model, ...change };
    draw();
    if (before.position !== model.position) arrive();
    clearTimeout(timer);
    if (model.playing) timer = setTimeout(() => actions.move(1), pace);
    keep();
  }

  function keep(): void {
    if (!kept) return;
    kept = { ...kept, step: model.position, follow: model.follow };
    host.setState(kept);
  }

  function draw(): void {
    const { run } = model;
    const trace = run?.view.trace;
    render(
      html`${banner(model, actions)} ${run && trace ? toolbar(model, actions) : nothing}
        ${
          run
            ? html`<div class="content ${trace ? '' : 'no-trace'}">
                ${trace ? html`<div class="scroll">${lanes(model, trace, actions)}</div>` : nothing}
                ${inspector(model, run.view, actions)}
              </div>`
            : nothing
        }
        <div class="hidden" role="status" aria-live="polite" id="live">${spoken()}</div>`,
      root,
    );
  }

  function spoken(): string {
    const trace = model.run?.view.trace;
    if (!trace || model.position === 0) return '';
    return (
      model.t('Step {0} of {1}', model.position, trace.steps.length) +
      `: ${stepText(trace, model.position - 1)}`
    );
  }

  function arrive(): void {
    document.getElementById(`step-${String(model.position)}`)?.scrollIntoView({ block: 'nearest' });
    // With the last step comes how it ends.
    if (model.position === lastPosition(model))
      root.querySelector('.row.end')?.scrollIntoView({ block: 'nearest' });
  }

  /** Every lane needs about 260 pixels for its text; below that, rails. */
  function fit(): void {
    const lanesShown = model.run?.view.trace?.threads.length ?? 0;
    const width = window.innerWidth - (window.innerWidth > 900 ? 340 : 0);
    const compact = lanesShown > 0 && width / lanesShown < 260;
    if (compact !== model.compact) update({ compact });
  }

  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => actions.move(1),
    ArrowRight: () => actions.move(1),
    ArrowUp: () => actions.move(-1),
    ArrowLeft: () => actions.move(-1),
    Home: () => actions.goTo(0),
    End: () => actions.goTo(lastPosition(model)),
    ' ': () => actions.togglePlay(),
    Enter: () => {
      const place = model.run?.view.trace?.steps[model.position - 1]?.place;
      if (place) actions.open(place);
    },
  };

  window.addEventListener('keydown', event => {
    const target = event.target instanceof Element ? event.target : undefined;
    // Buttons, summaries and the slider use these keys themselves; the transcript scrolls with them.
    const own = target?.closest('button, summary, input, pre, vscode-button, vscode-toolbar-button');
    // A fold's button wants Enter and space only: the arrows walk on from it.
    if (own && !(own.matches('.fold-button') && event.key !== 'Enter' && event.key !== ' ')) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const run = keys[event.key];
    if (!run || !model.run?.view.trace) return;
    event.preventDefault();
    run();
  });
  window.addEventListener('resize', fit);
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = asToPanel(event.data);
    if (!message) return;
    switch (message.type) {
      case 'run':
        kept = message.keep;
        update({
          run: message.run,
          position: message.step,
          unfolded: new Set(),
          follow: message.follow,
          playing: false,
          stale: undefined,
          progress: undefined,
          failure: undefined,
        });
        fit();
        arrive();
        return;
      case 'step':
        return update({ position: Math.max(0, Math.min(message.step, lastPosition(model))), playing: false });
      case 'stale':
        return update({ stale: message.reason });
      case 'progress':
        return update({ progress: message.progress, ...(message.progress ? { failure: undefined } : {}) });
      case 'failed':
        return update({ failure: message.message, progress: undefined });
      case 'fix':
        if (model.run) update({ run: { ...model.run, fix: message.fix } });
        return;
    }
  });
  draw();
  host.postMessage({ version, type: 'ready' });
}
