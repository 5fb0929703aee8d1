/** What crosses the border to the web page is checked on both sides. */
import { strict as assert } from 'node:assert';
import { asFromPanel, asPanelState } from '../../../src/extension/panelMessages';
import { asState, asToPanel } from '../../../src/webview/check';

const place = { path: '/a.c', start: { line: 1, column: 2 }, end: { line: 1, column: 3 } };

describe('messages from the panel', () => {
  it('are taken if they are of our version and shape', () => {
    for (const message of [
      { version: 2, type: 'ready' },
      { version: 2, type: 'moved', step: 3 },
      { version: 2, type: 'open', place },
      { version: 2, type: 'copy', what: 'schedule', text: 'r1:a' },
      { version: 2, type: 'follow', follow: false },
      { version: 2, type: 'copy', what: 'mermaid' },
      { version: 2, type: 'examine', what: 'odds' },
      { version: 2, type: 'slow', call: 'dev->poll', factor: 64 },
      { version: 2, type: 'play', choices: ['0', '1?2'], at: 3 },
      { version: 2, type: 'play' },
      { version: 2, type: 'watch', expressions: ['n->state & 1'] },
      { version: 2, type: 'compare', what: 'fix' },
      { version: 2, type: 'save', format: 'png', content: 'data:image/png;base64,AA==' },
      { version: 2, type: 'debug', step: 4 },
      { version: 2, type: 'keep', view: { tab: 'why' } },
    ])
      assert.deepEqual(asFromPanel(message), message);
  });

  it('are refused otherwise', () => {
    for (const message of [
      undefined,
      'ready',
      { type: 'ready' },
      { version: 1, type: 'ready' },
      { version: 2, type: 'toString' },
      { version: 2, type: 'moved', step: -1 },
      { version: 2, type: 'moved', step: 1.5 },
      { version: 2, type: 'open', place: { path: '/a.c' } },
      { version: 2, type: 'copy', what: 'all', text: 'x' },
      { version: 2, type: 'follow', follow: 'yes' },
      { version: 2, type: 'examine', what: 'everything' },
      { version: 2, type: 'slow', call: 'x'.repeat(2000) },
      { version: 2, type: 'slow', call: 'x', factor: 0 },
      { version: 2, type: 'play', choices: [1] },
      { version: 2, type: 'play', choices: 'a' },
      { version: 2, type: 'watch', expressions: new Array(51).fill('a') },
      { version: 2, type: 'compare', what: 'nothing' },
      { version: 2, type: 'save', format: 'exe', content: '' },
      { version: 2, type: 'save', format: 'svg', content: 3 },
      { version: 2, type: 'debug', step: -3 },
      { version: 2, type: 'keep', view: 'x'.repeat(300_000) },
    ])
      assert.equal(asFromPanel(message), undefined, JSON.stringify(message));
  });
});

describe('what a panel keeps over a reload', () => {
  const state = { version: 2, harness: 'file:///a.race.c', step: 4, follow: true };
  it('is taken by the extension and by the page', () => {
    assert.deepEqual(asPanelState({ ...state, schedule: 'r1:a' }), { ...state, schedule: 'r1:a' });
    assert.deepEqual(asState(state), state);
  });
  it('is refused from another version or with a wrong shape', () => {
    for (const other of [
      { ...state, version: 0 },
      { ...state, step: 'x' },
      { ...state, text: 1 },
      { ...state, view: 'x'.repeat(300_000) },
      null,
    ])
      assert.equal(asPanelState(other), undefined);
    assert.equal(asState({ ...state, version: 0 }), undefined);
  });
});

describe('messages to the panel', () => {
  it('are refused if they are not ours', () => {
    assert.equal(asToPanel({ version: 2, type: 'eval', code: '1' }), undefined);
    assert.equal(asToPanel({ version: 2, type: 'run', run: {} }), undefined);
    assert.equal(asToPanel({ version: 2, type: 'toString' }), undefined);
    assert.equal(asToPanel({ version: 2, type: 'play', answer: 'x' }), undefined);
    assert.equal(asToPanel({ version: 2, type: 'watch', watches: [1] }), undefined);
    assert.equal(asToPanel({ version: 2, type: 'examined', what: 'all', answer: {} }), undefined);
    assert.equal(asToPanel({ version: 9, type: 'step', step: 1 }), undefined);
    assert.deepEqual(asToPanel({ version: 2, type: 'step', step: 1 }), { version: 2, type: 'step', step: 1 });
  });
});
