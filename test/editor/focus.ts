import type { Workbench } from './driver/workbench';
import { until } from './driver/workbench';

/** Puts the keyboard into the first editor group: coming out of a webview takes the browser a moment. */
export async function toEditor(bench: Workbench): Promise<void> {
  if (!(await bench.page.locator('.editor-instance .monaco-editor').count())) return;
  await until('the first editor does not take the focus', async () => {
    await bench.page.keyboard.press('ControlOrMeta+1');
    await bench.page
      .locator('.editor-group-container.active .monaco-editor.focused')
      .first()
      .waitFor({ timeout: 1000 });
    return true;
  });
}
