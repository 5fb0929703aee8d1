/**
 * The part that we use of the API of VS Code's own References view (the built-in extension vscode.references-view), which
 * shows any tree with places in it and steps through them with F4.
 */
import * as vscode from 'vscode';

interface SymbolTree {
  setInput(input: SymbolTreeInput): void;
}

interface SymbolTreeInput {
  readonly contextValue: string;
  readonly title: string;
  readonly location: vscode.Location;
  resolve(): vscode.ProviderResult<SymbolTreeModel>;
  with(location: vscode.Location): SymbolTreeInput;
}

interface SymbolTreeModel {
  readonly provider: Required<vscode.TreeDataProvider<ReferenceNode>>;
  readonly message: string | undefined;
  readonly navigation: {
    nearest(uri: vscode.Uri, position: vscode.Position): ReferenceNode | undefined;
    next(from: ReferenceNode): ReferenceNode;
    previous(from: ReferenceNode): ReferenceNode;
    location(item: ReferenceNode): vscode.Location | undefined;
  };
}

/** A group of places, or a place. */
export interface ReferenceNode {
  readonly item: vscode.TreeItem;
  readonly location?: vscode.Location;
  readonly children: readonly ReferenceNode[];
}

export interface References {
  readonly title: string;
  /** Where the question was asked. */
  readonly location: vscode.Location;
  readonly message: string;
  readonly roots: readonly ReferenceNode[];
}

/** Shows the tree, and what `better` brings later in its place; false if this VS Code has no such view. */
export async function showReferences(
  references: References,
  better: vscode.Event<References>,
): Promise<boolean> {
  const extension = vscode.extensions.getExtension<SymbolTree>('vscode.references-view');
  const api = await extension?.activate();
  if (typeof api?.setInput !== 'function') return false;
  api.setInput(inputOf(references, better));
  return true;
}

function inputOf(references: References, better: vscode.Event<References>): SymbolTreeInput {
  let { message, roots } = references;
  let parents = new Map<ReferenceNode, ReferenceNode>();
  let places: readonly ReferenceNode[] = [];
  const take = (): void => {
    parents = new Map(roots.flatMap(root => root.children.map(child => [child, root] as const)));
    places = [...parents.keys()];
  };
  take();
  const step = (from: ReferenceNode, by: number): ReferenceNode => {
    const at = places.indexOf(from.children[0] ?? from);
    return places[(at + by + places.length) % places.length] ?? from;
  };
  return {
    contextValue: 'racelens.bitSites',
    title: references.title,
    location: references.location,
    // What was found stays as it is; asking again is a new command.
    with: () => inputOf({ ...references, message, roots }, better),
    resolve: () => ({
      // Read again by the view after each change of the tree.
      get message() {
        return message;
      },
      provider: {
        onDidChangeTreeData: tell =>
          better(next => {
            ({ message, roots } = next);
            take();
            tell(undefined);
          }),
        getTreeItem: node => node.item,
        resolveTreeItem: item => item,
        getChildren: node => [...(node ? node.children : roots)],
        getParent: node => parents.get(node),
      },
      navigation: {
        nearest: (uri, position) =>
          places.find(
            node =>
              node.location?.uri.toString() === uri.toString() && node.location.range.contains(position),
          ) ?? places[0],
        next: from => step(from, 1),
        previous: from => step(from, -1),
        location: node => node.location ?? node.children[0]?.location,
      },
    }),
  };
}
