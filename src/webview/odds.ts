/**
 * How likely it is if chance alone schedules: one number in words, and a curve of what happens to it when a call takes
 * longer, with a slider that moves along the curve.
 */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ViewOddsPoint, ViewSlow } from '../protocol/examined';
import type { Actions } from './actions';
import { told, whyNot, type Model } from './model';

export function oddsPanel(model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  const odds = told(model.odds);
  if (!odds) {
    const reason = whyNot(model.odds);
    return html`<p class="empty pad">
      ${
        reason !== undefined
          ? t('Cannot tell: {0}', reason)
          : model.run?.replayed
            ? t('Run the simulation to see how likely this is.')
            : t('Working out how likely it is …')
      }
    </p>`;
  }
  const slow = told(model.slow?.answer);
  const factor = 2 ** model.slowness;
  const runs = slow ? runsAt(slow.points, factor) : odds.runs;
  const reason = whyNot(model.slow?.answer);
  const takes = factor < 1.05 ? t('as long as now') : t('{0} times longer', shortNumber(factor));
  return html`<div class="odds pad">
    <div class="odds-both">
      <div>
        <p class="big" aria-live="polite">
          ${runs === null ? t('practically never') : html`<span class="small">${t('about')}</span> ${t('1 in {0} runs', shortNumber(runs))}`}
        </p>
        <p class="lead">
          ${
            factor >= 1.05 && slow
              ? t('if {0}() takes {1} times longer', slow.call, shortNumber(factor))
              : t('if at each step chance alone decides who runs')
          }
        </p>
        ${
          odds.calls.length
            ? html`<div class="slow">
                <label for="slow-call">${t('What if this call takes longer?')}</label>
                <select
                  id="slow-call"
                  @change=${(event: Event) => {
                    actions.act({ type: 'slowCall', call: (event.target as HTMLSelectElement).value });
                  }}
                >
                  ${odds.calls.map(
                    call =>
                      html`<option value=${call} ?selected=${call === model.slow?.call}>${call}()</option>`,
                  )}
                </select>
                <input
                  type="range"
                  min="0"
                  max="10"
                  step="0.1"
                  .value=${String(model.slowness)}
                  aria-label=${t('{0}() takes so many times longer', model.slow?.call ?? '')}
                  aria-valuetext=${takes}
                  ?disabled=${!slow}
                  @input=${(event: Event) => {
                    actions.act({
                      type: 'slowness',
                      slowness: Number((event.target as HTMLInputElement).value),
                    });
                  }}
                />
                <output>${takes}</output>
              </div>`
            : nothing
        }
      </div>
      <div>
        ${
          slow
            ? curve(model, slow)
            : reason !== undefined
              ? html`<p class="empty">${t('Cannot tell: {0}', reason)}</p>`
              : model.slow
                ? html`<p class="empty">${t('Working out the curve …')}</p>`
                : nothing
        }
      </div>
    </div>
    <dl class="extent">
      <dt>${t('Seen at least once with 95 %')}</dt>
      <dd>
        ${odds.runsForMostly === null ? t('never') : t('after {0} runs', shortNumber(odds.runsForMostly))}
      </dd>
      <dt>${t('Probability')}</dt>
      <dd>
        ${odds.probability.toPrecision(3)}${odds.error > odds.probability * 0.005 ? html` ± ${odds.error.toPrecision(2)}` : nothing}
      </dd>
      <dt>${t('Worked out on')}</dt>
      <dd>${t('{0} states, every step one by one', odds.states.toLocaleString('en'))}</dd>
    </dl>
    <p class="in">
      ${t('A real machine is no dice: read it as how narrow the window is, and which call widens it.')}
    </p>
  </div>`;
}

/** Runs for one finding at a factor, along the curve (straight between its points on logarithmic axes). */
export function runsAt(points: readonly ViewOddsPoint[], factor: number): number | null {
  const after = points.findIndex(point => point.factor >= factor);
  const b = points[after < 0 ? points.length - 1 : after];
  const a = points[Math.max(0, (after < 0 ? points.length : after) - 1)];
  if (!a || !b) return null;
  if (!(a.probability > 0) || !(b.probability > 0)) return b.runs;
  if (a.factor === b.factor || factor >= b.factor) return 1 / b.probability;
  const part = Math.log(factor / a.factor) / Math.log(b.factor / a.factor);
  return 1 / Math.exp(Math.log(a.probability) * (1 - part) + Math.log(b.probability) * part);
}

/** `44`, `1,200`, `3.4 million`: three digits that mean something. */
export function shortNumber(value: number): string {
  if (value < 10) return String(Math.round(value * 10) / 10);
  if (value < 1000) return String(Math.round(value));
  if (value < 1e6) return Number(value.toPrecision(3)).toLocaleString('en');
  const power = Math.floor(Math.log10(value));
  return `${(value / 10 ** power).toPrecision(2)} × 10${raised(power)}`;
}

const width = 300;
const height = 150;
const margin = { left: 46, right: 10, top: 10, bottom: 30 };

function curve(model: Model, slow: ViewSlow): TemplateResult {
  const { t } = model;
  const points = slow.points.filter(point => point.probability > 0);
  const logs = points.map(point => Math.log10(point.probability));
  const top = Math.ceil(Math.max(...logs) - 1e-9);
  const bottom = Math.min(Math.floor(Math.min(...logs) + 1e-9), top - 1);
  const most = Math.max(2, ...points.map(point => point.factor));
  const x = (factor: number): number =>
    margin.left + (Math.log(factor) / Math.log(most)) * (width - margin.left - margin.right);
  const y = (probability: number): number =>
    margin.top + ((top - Math.log10(probability)) / (top - bottom)) * (height - margin.top - margin.bottom);
  const factor = Math.min(2 ** model.slowness, most);
  const here = runsAt(slow.points, factor);
  const decades = Array.from({ length: top - bottom + 1 }, (_, i) => bottom + i).filter(
    (_, i, all) => all.length < 6 || i % 2 === 0,
  );
  const factors = [1, 4, 16, 64, 1024].filter(f => f <= most);
  return html`<svg
    class="curve"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label=${t('The odds over how much longer {0}() takes, from {1} to {2}', slow.call, oneIn(points[0]), oneIn(points.at(-1)))}
  >
    ${decades.map(
      power => svg`<path class="grid" d="M${margin.left} ${y(10 ** power)}H${width - margin.right}"></path>
        <text class="axis" x=${margin.left - 5} y=${y(10 ** power) + 4} text-anchor="end">${power === 0 ? '1' : `1 / ${axisNumber(-power)}`}</text>`,
    )}
    ${factors.map(
      f =>
        svg`<text class="axis" x=${x(f)} y=${height - margin.bottom + 15} text-anchor=${f === most ? 'end' : 'middle'}>${f}×</text>`,
    )}
    <text class="axis" x=${(width + margin.left) / 2} y=${height - 3} text-anchor="middle">
      ${t('{0}() takes longer', slow.call)}
    </text>
    <polyline
      points=${points.map(point => `${x(point.factor).toFixed(1)},${y(point.probability).toFixed(1)}`).join(' ')}
    ></polyline>
    ${points.map(point => svg`<circle class="sample" cx=${x(point.factor)} cy=${y(point.probability)} r="2"></circle>`)}
    ${here === null ? nothing : svg`<circle class="here" cx=${x(factor)} cy=${y(1 / here)} r="5.5"></circle>`}
  </svg>`;
}

function axisNumber(power: number): string {
  return power <= 3 ? String(10 ** power) : `10${raised(power)}`;
}

function oneIn(point: ViewOddsPoint | undefined): string {
  return point && point.probability > 0 ? `1 / ${shortNumber(1 / point.probability)}` : '0';
}

/** A number as an exponent: `⁴`. */
function raised(power: number): string {
  return [...String(power)].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '').join('');
}
