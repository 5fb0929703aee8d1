/** The extension as VS Code sees it: its manifest, and that it activates. */
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';

export function declare(): void {
  describe('the extension in its host', () => {
    it('is known and activates without an error', async () => {
      const extension = vscode.extensions.getExtension('racelens.racelens');
      assert.ok(extension, 'racelens.racelens is not loaded');
      await extension.activate();
      assert.equal(extension.isActive, true);
    });

    it('registers every command that it contributes', async () => {
      const extension = vscode.extensions.getExtension<unknown>('racelens.racelens');
      assert.ok(extension);
      await extension.activate();
      const known = new Set(await vscode.commands.getCommands(true));
      const manifest = extension.packageJSON as {
        contributes?: { commands?: readonly { command: string; category?: string }[] };
      };
      const commands = manifest.contributes?.commands ?? [];
      assert.ok(commands.length > 0, 'no commands are contributed');
      assert.deepEqual(
        commands.filter(c => !known.has(c.command)).map(c => c.command),
        [],
        'contributed, but not registered',
      );
      assert.deepEqual(
        commands.filter(c => c.category !== 'Racelens').map(c => c.command),
        [],
        'not in the category Racelens',
      );
    });
  });
}
