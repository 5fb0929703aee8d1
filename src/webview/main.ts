/**
 * The replay panel: keeps the model, draws it with lit, speaks with the extension. What happens is reduced to the next
 * model; what has to be told follows from the two models. No state lives anywhere else but in the document's focus and
 * scroll bars.
 */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { html, nothing, render } from 'lit';
import { pictureOf } from '../report/picture';
import type { FromPanel, PanelState, SaveFormat, ToPanel } from '../protocol/panel';
import { aside } from './aside';
import { banner } from './banner';
import { asState, asToPanel, version } from './check';
import { transcriptOf } from './keeping';
import { actOf, keysDialog } from './keys';
import type { Actions } from './actions';
import { initialModel, lastPosition, told, traceOf, type Model } from './model';
import { spokenOf } from './spoken';
import { reduce, toKeep, type Act } from './reduce';
import { tell, wanting } from './tell';
import { createTimeline } from './timeline';
import { toolbar } from './toolbar';
import { createTranslate } from './words';

interface Host {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: PanelState): void;
}
declare function acquireVsCodeApi(): Host;

start(document.body.querySelector('main') ?? document.body, acquireVsCodeApi());

function start(root: HTMLElement, host: Host): void {
  const bundle = document.getElementById('words')?.textContent;
  const t = createTranslate(bundle ? (JSON.parse(bundle) as Record<string, string>) : {});
  let model: Model = initialModel(t);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept = asState(host.getState());
  let failed: unknown;

  const element = (name: string): HTMLElement => {
    const made = document.createElement('div');
    made.className = name;
    return made;
  };
  const top = element('top');
  const content = element('content');
  const scroll = element('scroll');
  const side = element('beside');
  const bottom = element('bottom');
  content.append(scroll, side);
  root.append(top, content, bottom);

  const post = (message: FromPanel): void => {
    host.postMessage(message);
  };
  const actions: Actions = {
    act: update,
    open: place => post({ version, type: 'open', place }),
    copy(what, text) {
      const own =
        what === 'schedule'
          ? model.run?.view.schedule
          : what === 'transcript'
            ? transcriptOf(model)
            : what === 'svg'
              ? picture(model)
              : undefined;
      const copied = text ?? own;
      post({ version, type: 'copy', what, ...(copied === undefined ? {} : { text: copied }) });
    },
    save: format => void save(format),
    again: () => post({ version, type: 'again' }),
    cancel: () => post({ version, type: 'cancel' }),
    replay: schedule => post({ version, type: 'replay', schedule }),
    applyFix: () => post({ version, type: 'applyFix' }),
    debug: () => post({ version, type: 'debug', step: model.position }),
  };
  const timeline = createTimeline(scroll, actions);

  async function save(format: SaveFormat): Promise<void> {
    if (format === 'svg') post({ version, type: 'save', format, content: picture(model) });
    else if (format === 'png')
      post({ version, type: 'save', format, content: await rasterOf(picture(model)) });
    else if (format === 'transcript') post({ version, type: 'save', format, content: transcriptOf(model) });
    else post({ version, type: 'save', format });
  }

  /** The next model, drawn and told. */
  function update(act: Act | ToPanel): void {
    const before = model;
    const next = wanting(reduce(before, act));
    if (next === before) return;
    model = next;
    const sides = before.tab !== next.tab || before.play !== next.play || before.run !== next.run;
    const released = before.scrubbing && !next.scrubbing;
    draw(before.position !== next.position || sides || released);
    if (next.cursor !== undefined && next.cursor !== before.cursor)
      document.getElementById(`step-${String(next.cursor)}`)?.scrollIntoView({ block: 'nearest' });
    for (const message of tell(before, next, act)) post(message);
    clearTimeout(timer);
    if (next.playing)
      timer = setTimeout(() => {
        update({ type: 'tick' });
      }, 1000 / next.speed);
    keep(act);
  }

  function keep(act: Act | ToPanel): void {
    if (act.type === 'run') kept = act.keep;
    if (!kept) return;
    // The play has steps of its own.
    const step = model.play ? model.play.returnTo : model.position;
    kept = { ...kept, step, follow: model.follow, view: toKeep(model) };
    host.setState(kept);
  }

  /** What cannot be drawn must not take the rest of the panel with it: it is said, once for each model. */
  function draw(arrive: boolean): void {
    try {
      drawAll(arrive);
      failed = undefined;
    } catch (error) {
      if (failed === undefined) console.error('racelens: the panel could not be drawn', error);
      failed = error;
    }
  }

  function drawAll(arrive: boolean): void {
    const { run } = model;
    const trace = traceOf(model);
    render(html`${banner(model, actions)} ${run && trace ? toolbar(model, actions) : nothing}`, top);
    content.className = `content ${trace ? '' : 'no-trace'} ${run ? '' : 'no-run'}`;
    timeline.update(model, arrive);
    render(run ? aside(model, run.view, actions) : nothing, side);
    render(
      html`<div class="hidden" role="status" aria-live="polite" id="live">${spokenOf(model)}</div>
        ${model.done === undefined ? nothing : html`<div class="toast" role="status">${model.done}</div>`}
        ${keysDialog(model, actions)}`,
      bottom,
    );
    const dialog = bottom.querySelector('dialog');
    if (dialog && dialog.open !== model.showsKeys) {
      if (model.showsKeys) dialog.showModal();
      else dialog.close();
    }
  }

  window.addEventListener('keydown', event => {
    const target = event.target instanceof Element ? event.target : undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Buttons, summaries and fields use these keys themselves; the transcript scrolls with them.
    const own = target?.closest(
      'button, summary, input, select, textarea, pre, dialog, [role=tabpanel], vscode-button, vscode-toolbar-button',
    );
    const typing = target?.closest(
      'input:not([type=range], [type=checkbox], [type=radio]), textarea, select',
    );
    if (typing) {
      if (event.key === 'Escape') (target as HTMLElement).blur();
      return;
    }
    // They want Enter, space and the arrows only; letters and digits go on to the page.
    const plain = /^[a-z0-9?/+-]$/i.test(event.key) || event.key === 'Escape' || event.key === 'Backspace';
    // A row's own button wants Enter and space only: the arrows walk on from it.
    const inRow = own?.matches('.fold-button, .choice') && event.key !== 'Enter' && event.key !== ' ';
    if (own && !plain && !inRow) return;
    if (!traceOf(model)) return;
    if (event.key === '/') {
      event.preventDefault();
      document.getElementById('word')?.focus();
      return;
    }
    if (event.key === 'Enter') {
      const place = traceOf(model)?.steps[model.position - 1]?.place;
      if (place) actions.open(place);
      return;
    }
    const act = actOf(model, event);
    if (!act) return;
    event.preventDefault();
    update(act);
  });
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = asToPanel(event.data);
    if (!message) return;
    update(message);
  });
  const room = (): void => {
    update({ type: 'room', low: isLow(window.innerWidth, window.innerHeight) });
  };
  window.addEventListener('resize', room);
  draw(false);
  room();
  post({ version, type: 'ready' });

  /** The drawing on the screen as a file: full length, its own colours. */
  function picture(of: Model): string {
    const view = of.run?.view;
    if (!view) return '';
    const trace = traceOf(of);
    const matters = of.showsArrows && !of.play ? told(of.matters) : undefined;
    return pictureOf(
      { ...view, ...(trace ? { trace } : {}) },
      {
        title: of.run?.title ?? '',
        theme: /light/.test(document.body.className) ? 'light' : 'dark',
        width: Math.max(640, Math.min(1400, timeline.drawing()?.width ?? 1000)),
        unfolded: of.unfolded,
        hiddenThreads: of.hiddenThreads,
        hiddenCells: of.hiddenCells,
        arrows: matters?.arrows ?? [],
        ...(of.play || lastPosition(of) === 0 ? { bare: true } : {}),
      },
    );
  }
}

/** Too little height for all of the verdict over the lanes; where the lanes stand above the tabs, more is needed. */
function isLow(width: number, height: number): boolean {
  return height < (width <= 900 ? 820 : 680);
}

/** A picture as pixels: twice as many as it is large, for slides. */
async function rasterOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  // Browsers refuse canvases that are larger.
  const scale = Math.min(2, 16000 / Math.max(image.width, image.height));
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}
