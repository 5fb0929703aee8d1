/** The rows of the view “Concurrency”: names, descriptions, tooltips and icons, made when a row is unfolded. */
import * as vscode from 'vscode';
import type { ConcurrencyData } from '../host/methods';
import type { ViewPlace } from '../protocol/view';
import { range } from './convert';
import { toUri } from './paths';
import type { TreeContexts } from './treeContexts';

export interface ConcurrencyNode {
  /** For a bit, its name. */
  readonly bit: string | undefined;
  readonly parent: ConcurrencyNode | undefined;
  /** The row of all contexts, which are worked out while it is unfolded. */
  readonly isContexts: boolean;
  item(): vscode.TreeItem;
  children(): readonly ConcurrencyNode[];
}

type Word = ConcurrencyData['words'][number];
type Bit = Word['bits'][number];
type Access = Bit['sites'][number];
type Pointer = ConcurrencyData['pointers'][number];
type Lock = ConcurrencyData['locks'][number];
type Context = ConcurrencyData['contexts'][number];

/** What a row says; `id` is stable over edits, so that what is unfolded stays so. */
interface Row {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon: string;
  readonly colour?: string;
  readonly place?: ViewPlace;
  readonly contextValue?: string;
  readonly bit?: string;
  readonly open?: true;
  readonly isContexts?: true;
  readonly children?: () => readonly Row[];
}

/** The roots; `path` is the only file in it, if there is one: its name is then not repeated on every row. */
export function nodesOf(
  data: ConcurrencyData,
  contexts: TreeContexts,
  path: string | undefined,
): readonly ConcurrencyNode[] {
  const at = (place: ViewPlace): string =>
    place.path === path
      ? `:${String(place.start.line + 1)}`
      : `${place.path.slice(place.path.lastIndexOf('/') + 1)}:${String(place.start.line + 1)}`;
  const roots: readonly Row[] = [
    {
      id: 'words',
      label: vscode.l10n.t('State words'),
      icon: 'symbol-enum',
      colour: 'racelens.stateWord',
      children: () => data.words.map(word => wordRow(word, at)),
    },
    {
      id: 'pointers',
      label: vscode.l10n.t('RCU pointers'),
      icon: 'references',
      colour: 'racelens.rcuReader',
      children: () => data.pointers.map(pointer => pointerRow(pointer, at)),
    },
    {
      id: 'locks',
      label: vscode.l10n.t('Locks'),
      icon: 'lock',
      colour: 'racelens.lock',
      children: () => data.locks.map(lock => lockRow(lock, at)),
    },
  ];
  const counts = [data.words, data.pointers, data.locks].map(list => list.length);
  const first = roots.flatMap((root, i) =>
    counts[i] ? [nodeOf({ ...root, description: String(counts[i]), open: true }, undefined, '')] : [],
  );
  const isAlone = first.length === 0 && contexts.found.length === 0;
  return isAlone ? [] : [...first, nodeOf(contextsRow(contexts, at), undefined, '')];
}

function nodeOf(row: Row, parent: ConcurrencyNode | undefined, prefix: string): ConcurrencyNode {
  const id = `${prefix}/${row.id}`;
  let made: readonly ConcurrencyNode[] | undefined;
  const node: ConcurrencyNode = {
    bit: row.bit,
    parent,
    isContexts: row.isContexts ?? false,
    children: () => (made ??= (row.children?.() ?? []).map(child => nodeOf(child, node, id))),
    item: () => itemOf(row, id),
  };
  return node;
}

function itemOf(row: Row, id: string): vscode.TreeItem {
  const item = new vscode.TreeItem(
    row.label,
    !row.children
      ? vscode.TreeItemCollapsibleState.None
      : row.open
        ? vscode.TreeItemCollapsibleState.Expanded
        : vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = id;
  item.description = row.description;
  item.iconPath = new vscode.ThemeIcon(row.icon, row.colour ? new vscode.ThemeColor(row.colour) : undefined);
  item.contextValue = row.contextValue;
  item.tooltip = row.tooltip === undefined ? row.label : new vscode.MarkdownString(row.tooltip, true);
  if (row.place) {
    const selection = range(row.place);
    item.command = {
      command: 'vscode.open',
      title: vscode.l10n.t('Open'),
      arguments: [
        toUri(row.place.path),
        { selection: new vscode.Range(selection.start, selection.start), preserveFocus: true },
      ],
    };
  }
  return item;
}

type At = (place: ViewPlace) => string;

/** Rows of places: numbered within a function, because the line changes with every edit above. */
function siteRows<T extends { readonly function: string; readonly place: ViewPlace }>(
  sites: readonly T[],
  row: (site: T) => Omit<Row, 'id' | 'label' | 'place'>,
): readonly Row[] {
  const seen = new Map<string, number>();
  return sites.map(site => {
    const key = `${site.place.path} ${site.function}`;
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return {
      id: `${key} ${String(number)}`,
      label: `${site.function}()`,
      place: site.place,
      ...row(site),
    };
  });
}

function wordRow(word: Word, at: At): Row {
  const sites = word.bits.reduce((sum, bit) => sum + bit.sites.length, 0);
  return {
    id: word.name,
    label: word.name,
    description: sites === 1 ? vscode.l10n.t('1 place') : vscode.l10n.t('{0} places', sites),
    tooltip: vscode.l10n.t('State word `{0}`: bits that are changed one by one.', word.name),
    icon: 'symbol-field',
    contextValue: 'racelens.word',
    children: () => word.bits.map(bit => bitRow(word, bit, at)),
  };
}

/** Kinds of access in the order in which they are counted, with their words and icons. */
const accessKinds: Readonly<Record<Access['access'], { readonly icon: string }>> = {
  set: { icon: 'circle-filled' },
  clear: { icon: 'circle-outline' },
  change: { icon: 'arrow-swap' },
  store: { icon: 'edit' },
  rmw: { icon: 'sync' },
  test: { icon: 'eye' },
  read: { icon: 'eye' },
  wait: { icon: 'watch' },
};

function accessWord(access: Access['access']): string {
  switch (access) {
    case 'set':
      return vscode.l10n.t('set');
    case 'clear':
      return vscode.l10n.t('cleared');
    case 'change':
    case 'rmw':
      return vscode.l10n.t('changed');
    case 'store':
      return vscode.l10n.t('stored to');
    case 'test':
      return vscode.l10n.t('tested');
    case 'read':
      return vscode.l10n.t('read');
    case 'wait':
      return vscode.l10n.t('waited for');
  }
}

function bitRow(word: Word, bit: Bit, at: At): Row {
  const counts = new Map<string, number>();
  for (const kind of Object.keys(accessKinds) as Access['access'][]) {
    const number = bit.sites.filter(site => site.access === kind).length;
    const name = accessWord(kind);
    if (number > 0) counts.set(name, (counts.get(name) ?? 0) + number);
  }
  const summary = [...counts].map(([name, number]) => `${String(number)} ${name}`).join(', ');
  const number = bit.number === undefined ? '' : vscode.l10n.t('bit {0}', bit.number);
  return {
    id: bit.name ?? '(word)',
    label: bit.name ?? vscode.l10n.t('the whole word'),
    description: [number, summary].filter(Boolean).join(' · '),
    tooltip: [
      bit.name === undefined
        ? vscode.l10n.t('The whole of `{0}`', word.name)
        : `\`${bit.name}\` — ${[number, `\`${word.name}\``].filter(Boolean).join(', ')}`,
      bit.comment === undefined ? '' : `> ${bit.comment.replaceAll('\n', '\n> ')}`,
      summary,
    ]
      .filter(Boolean)
      .join('\n\n'),
    icon: bit.name === undefined ? 'symbol-variable' : 'symbol-enum-member',
    ...(bit.name === undefined ? {} : { contextValue: 'racelens.bit', bit: bit.name }),
    children: () =>
      siteRows(bit.sites, site => ({
        description: [
          at(site.place),
          site.access === 'wait' && site.until
            ? site.until === 'set'
              ? vscode.l10n.t('waits until set')
              : vscode.l10n.t('waits until clear')
            : accessWord(site.access),
        ].join(' · '),
        tooltip: [
          `\`${site.via}\` · ${site.atomic ? vscode.l10n.t('atomic') : vscode.l10n.t('not atomic')} · ${site.ordering}`,
          site.maybe ? vscode.l10n.t('On some paths only.') : '',
        ]
          .filter(Boolean)
          .join('\n\n'),
        icon: accessKinds[site.access].icon,
        colour: 'racelens.stateWord',
      })),
  };
}

const pointerIcons: Readonly<Record<Pointer['sites'][number]['access'], string>> = {
  publish: 'cloud-upload',
  unpublish: 'circle-slash',
  read: 'eye',
  defer: 'history',
};

function pointerWord(access: Pointer['sites'][number]['access']): string {
  switch (access) {
    case 'publish':
      return vscode.l10n.t('published');
    case 'unpublish':
      return vscode.l10n.t('set to NULL');
    case 'read':
      return vscode.l10n.t('read');
    case 'defer':
      return vscode.l10n.t('freed later');
  }
}

function pointerRow(pointer: Pointer, at: At): Row {
  const summary = (['publish', 'unpublish', 'read', 'defer'] as const)
    .flatMap(access => {
      const number = pointer.sites.filter(site => site.access === access).length;
      return number > 0 ? [`${String(number)} ${pointerWord(access)}`] : [];
    })
    .join(', ');
  return {
    id: pointer.name,
    label: pointer.name,
    description: summary,
    tooltip: vscode.l10n.t('RCU pointer `{0}`: {1}.', pointer.name, summary),
    icon: 'symbol-reference',
    children: () =>
      siteRows(pointer.sites, site => ({
        description: `${at(site.place)} · ${pointerWord(site.access)}`,
        tooltip: `\`${site.via}()\``,
        icon: pointerIcons[site.access],
        colour: 'racelens.rcuReader',
      })),
  };
}

function lockRow(lock: Lock, at: At): Row {
  const guarded = lock.sites.filter(site => site.guard !== undefined).length;
  const taken =
    lock.sites.length === 1
      ? vscode.l10n.t('taken once')
      : vscode.l10n.t('taken {0} times', lock.sites.length);
  return {
    id: `${lock.kind} ${lock.name}`,
    label: lock.name,
    description: [
      lock.words === lock.name ? '' : lock.words,
      taken,
      guarded > 0 ? vscode.l10n.t('{0} conditional', guarded) : '',
    ]
      .filter(Boolean)
      .join(' · '),
    tooltip: `${lock.words === lock.name ? '' : `${lock.words} `}\`${lock.name}\`: ${taken}`,
    icon: 'lock',
    children: () =>
      siteRows(lock.sites, site => ({
        description: [
          at(site.place),
          site.guard === undefined ? '' : vscode.l10n.t('only while {0} is set', site.guard),
          site.ending ?? '',
        ]
          .filter(Boolean)
          .join(' · '),
        tooltip:
          site.via === undefined
            ? vscode.l10n.t('Taken here.')
            : vscode.l10n.t('Taken in `{0}()`.', site.via),
        icon: site.guard === undefined ? 'lock' : 'unlock',
        colour: 'racelens.lock',
      })),
  };
}

const contextIcons: Readonly<Record<string, string>> = {
  hardirq: 'zap',
  softirq: 'pulse',
  kthread: 'server-process',
  process: 'terminal',
};

function contextsRow({ found, state }: TreeContexts, at: At): Row {
  return {
    id: 'contexts',
    label: vscode.l10n.t('Contexts'),
    description: {
      known: found.length === 0 ? '' : vscode.l10n.t('{0} so far', found.length),
      working: vscode.l10n.t('reading callers…'),
      complete: String(found.length),
    }[state],
    tooltip: vscode.l10n.t(
      'What the functions run in (softirq, work item, system call …), worked out over their callers in the whole tree while this is unfolded.',
    ),
    icon: 'layers',
    colour: 'racelens.interruptsOff',
    isContexts: true,
    children: () => [
      ...found.map(context => contextRow(context, at)),
      ...(found.length > 0
        ? []
        : [
            state === 'complete'
              ? {
                  id: 'none',
                  label: vscode.l10n.t('No context of these functions is known.'),
                  icon: 'info',
                }
              : { id: 'working', label: vscode.l10n.t('Reading callers…'), icon: 'loading~spin' },
          ]),
    ],
  };
}

function contextRow(context: Context, at: At): Row {
  return {
    id: context.context,
    label: context.context,
    description:
      context.functions.length === 1
        ? vscode.l10n.t('1 function')
        : vscode.l10n.t('{0} functions', context.functions.length),
    tooltip: vscode.l10n.t('Functions that are known to run in {0} context.', context.context),
    icon: contextIcons[context.context] ?? 'symbol-event',
    children: () =>
      siteRows(context.functions, run => ({
        description: [at(run.place), run.chain.length > 0 ? `← ${run.chain.join(' ← ')}` : '']
          .filter(Boolean)
          .join(' · '),
        tooltip: [
          [run.function, ...run.chain].map(name => `\`${name}\``).join(' ← '),
          run.reader === undefined ? '' : vscode.l10n.t('Implicit RCU reader: {0}.', run.reader),
        ]
          .filter(Boolean)
          .join('\n\n'),
        icon: 'symbol-method',
      })),
  };
}
