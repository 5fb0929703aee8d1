/** What crosses the border to the web page is checked on both sides. */
import { strict as assert } from 'node:assert';
import { asFromPanel, asPanelState } from '../../../src/extension/panelMessages';
import { asState, asToPanel } from '../../../src/webview/check';

const place = { path: '/a.c', start: { line: 1, column: 2 }, end: { line: 1, column: 3 } };

describe('messages from the panel', () => {
  it('are taken if they are of our version and shape', () => {
    for (const message of [
      { version: 1, type: 'ready' },
      { version: 1, type: 'moved', step: 3 },
      { version: 1, type: 'open', place },
      { version: 1, type: 'copy', what: 'schedule', text: 'r1:a' },
      { version: 1, type: 'follow', follow: false },
    ])
      assert.deepEqual(asFromPanel(message), message);
  });

  it('are refused otherwise', () => {
    for (const message of [
      undefined,
      'ready',
      { type: 'ready' },
      { version: 2, type: 'ready' },
      { version: 1, type: 'toString' },
      { version: 1, type: 'moved', step: -1 },
      { version: 1, type: 'moved', step: 1.5 },
      { version: 1, type: 'open', place: { path: '/a.c' } },
      { version: 1, type: 'copy', what: 'all', text: 'x' },
      { version: 1, type: 'follow', follow: 'yes' },
    ])
      assert.equal(asFromPanel(message), undefined, JSON.stringify(message));
  });
});

describe('what a panel keeps over a reload', () => {
  const state = { version: 1, harness: 'file:///a.race.c', step: 4, follow: true };
  it('is taken by the extension and by the page', () => {
    assert.deepEqual(asPanelState({ ...state, schedule: 'r1:a' }), { ...state, schedule: 'r1:a' });
    assert.deepEqual(asState(state), state);
  });
  it('is refused from another version or with a wrong shape', () => {
    for (const other of [{ ...state, version: 0 }, { ...state, step: 'x' }, { ...state, text: 1 }, null])
      assert.equal(asPanelState(other), undefined);
    assert.equal(asState({ ...state, version: 0 }), undefined);
  });
});

describe('messages to the panel', () => {
  it('are refused if they are not ours', () => {
    assert.equal(asToPanel({ version: 1, type: 'eval', code: '1' }), undefined);
    assert.equal(asToPanel({ version: 1, type: 'run', run: {} }), undefined);
    assert.equal(asToPanel({ version: 9, type: 'step', step: 1 }), undefined);
    assert.deepEqual(asToPanel({ version: 1, type: 'step', step: 1 }), { version: 1, type: 'step', step: 1 });
  });
});
