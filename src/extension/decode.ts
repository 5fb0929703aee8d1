/**
 * “Decode State Word…”: a value as a crash dump or a debugger shows it, and the word it was in, become the names of its bits,
 * with what the comments beside them say. From a bit it goes on to all its sites.
 */
import * as vscode from 'vscode';
import type { Result } from '../host/methods';
import { isC, openPaths } from './convert';
import type { Log } from './log';
import { toPath } from './paths';
import type { Workers } from './workers';

type Answer = NonNullable<Result<'decode'>>;
type Decoded = Exclude<Answer, { readonly problem: string }>;
type Bit = Decoded['bits'][number];

interface BitItem extends vscode.QuickPickItem {
  /** Absent for one that nobody names. */
  readonly bit?: Bit;
}

/** A number as C writes it, for the first guess. */
const numberAt = /0[xX][0-9a-fA-F]+|0[bB][01]+|\d+/;

export function createDecode(workers: Workers, log: Log): vscode.Disposable {
  async function decode(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const document =
      editor && isC(editor.document) ? editor.document : vscode.workspace.textDocuments.find(isC);
    if (!document) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Open a C file of the tree first: its enums name the bits.'),
      );
      return;
    }
    const at = { path: toPath(document.uri), open: openPaths() };
    const value = await askValue(guess(editor));
    if (value === undefined) return;
    const word = await askWord(value, await workers.ask('stateWords', at));
    if (word === undefined) return;
    const answer = await workers.ask('decode', { ...at, word, value });
    if (!answer || 'problem' in answer) {
      void vscode.window.showWarningMessage(
        answer
          ? [answer.problem, ...partly(answer)].join('. ')
          : vscode.l10n.t('The file is not there any more.'),
      );
      return;
    }
    show(answer, at.path);
  }
  return vscode.commands.registerCommand('racelens.decodeStateWord', () =>
    log.guard(vscode.l10n.t('decoding a state word'), undefined, decode),
  );
}

/** The number that is selected, or at the cursor. */
function guess(editor: vscode.TextEditor | undefined): string {
  if (!editor) return '';
  const selected = editor.document.getText(editor.selection).trim();
  if (numberAt.test(selected)) return selected;
  const at = editor.document.getWordRangeAtPosition(editor.selection.active, numberAt);
  return at ? editor.document.getText(at) : '';
}

function askValue(value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Decode State Word (1/2): Value'),
    prompt: vscode.l10n.t('The value of the word, as C writes numbers.'),
    placeHolder: '0x37',
    value,
    ignoreFocusOut: true,
    validateInput: text =>
      /^\s*[+-]?(0[xX][\da-fA-F]+|0[bB][01]+|\d+)[uUlL]*\s*$/.test(text)
        ? undefined
        : vscode.l10n.t('A number is wanted: 0x37, 0b110111, 067 or 55.'),
  });
}

/** One of the words that are known, or what is typed: `n->state`, a bit's name, an enum. */
function askWord(value: string, known: Result<'stateWords'>): Promise<string | undefined> {
  return new Promise(resolve => {
    const pick = vscode.window.createQuickPick();
    const items = known.map(({ word, bits, accesses }): vscode.QuickPickItem => ({
      label: word,
      iconPath: new vscode.ThemeIcon('symbol-field'),
      description: vscode.l10n.t('{0} named bits · {1} places', bits, accesses),
    }));
    pick.title = vscode.l10n.t('Decode State Word (2/2): Whose Value Is {0}?', value);
    pick.placeholder = vscode.l10n.t(
      'A state word (napi_struct.state, n->state), one of its bits, or an enum',
    );
    pick.matchOnDescription = true;
    pick.ignoreFocusOut = true;
    pick.items = items;
    pick.onDidChangeValue(text => {
      const typed = text.trim();
      const own = typed === '' || items.some(item => item.label === typed);
      pick.items = own
        ? items
        : [...items, { label: typed, description: vscode.l10n.t('as typed'), alwaysShow: true }];
    });
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0]?.label ?? pick.value.trim();
      resolve(chosen === '' ? undefined : chosen);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function show(decoded: Decoded, path: string): void {
  const sites: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('references'),
    tooltip: vscode.l10n.t('Find All Sites of This Bit'),
  };
  const copy: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('copy'),
    tooltip: vscode.l10n.t('Copy as Text'),
  };
  const named = new Set(decoded.unknown);
  const row = (bit: Bit, icon: string): BitItem => ({
    label: bit.name,
    iconPath: new vscode.ThemeIcon(icon),
    description: vscode.l10n.t('bit {0}', bit.number),
    ...(bit.comment === undefined ? {} : { detail: bit.comment }),
    buttons: [sites],
    bit,
  });
  const heading = (label: string): BitItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const set = decoded.bits.filter(bit => !named.has(bit.number));
  const pick = vscode.window.createQuickPick<BitItem>();
  const value = `${decoded.word} = ${decoded.typed}${decoded.typed === decoded.value ? '' : ` (${decoded.value})`}`;
  // In the title, because the placeholder of a word with many bits is cut off.
  pick.title = [value, ...partly(decoded)].join(' · ');
  pick.placeholder = summary(decoded);
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.buttons = [copy];
  pick.items = [
    ...(set.length ? [heading(vscode.l10n.t('set'))] : []),
    ...set.map(bit => row(bit, 'circle-filled')),
    ...(decoded.unknown.length ? [heading(vscode.l10n.t('set, but nobody names them'))] : []),
    ...decoded.unknown.map((number): BitItem => ({
      label: vscode.l10n.t('bit {0}', number),
      iconPath: new vscode.ThemeIcon('question'),
      description: `0x${(1n << BigInt(number)).toString(16)}`,
    })),
    ...(decoded.clear.length ? [heading(vscode.l10n.t('clear'))] : []),
    ...decoded.clear.map(bit => row(bit, 'circle-outline')),
  ];
  const findSites = ({ bit }: BitItem): void => {
    if (!bit) return;
    pick.hide();
    void vscode.commands.executeCommand('racelens.findBitSites', { bit: bit.name, file: path });
  };
  pick.onDidTriggerItemButton(({ item }) => {
    findSites(item);
  });
  pick.onDidTriggerButton(() => {
    void vscode.env.clipboard.writeText(`${decoded.word} = ${decoded.value}: ${summary(decoded)}`);
    pick.hide();
  });
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    if (item) findSites(item);
  });
  pick.onDidHide(() => {
    pick.dispose();
  });
  pick.show();
}

/** Said where it is so: that the tree is not all known. */
function partly({ complete }: Pick<Answer, 'complete'>): readonly string[] {
  return complete ? [] : [vscode.l10n.t('index not complete, names may be missing')];
}

/** `NAPI_STATE_SCHED | NAPI_STATE_NPSVC | bit 17`. */
function summary({ bits }: Decoded): string {
  return bits.length === 0 ? vscode.l10n.t('no bit is set') : bits.map(bit => bit.name).join(' | ');
}
