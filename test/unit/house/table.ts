/** Who may import whom under src/: the same table as in ARCHITECTURE.md. */

export interface Layer {
  /** Folders of src/ that it may import. */
  readonly folders: readonly string[];
  /** Folders of which it may import types only. */
  readonly types?: readonly string[];
  /** Packages that it may import; a name that ends in `/` or `:` stands for all that begin so. */
  readonly packages?: readonly string[];
}

/** The folders that know neither editor nor host. */
export const core = ['base', 'syntax', 'kernel', 'tree', 'ir', 'lower', 'engine', 'litmus', 'report'];

/** An arrow that is not here is forbidden. */
export const layers: Readonly<Record<string, Layer>> = {
  base: { folders: [] },
  syntax: { folders: ['base'], packages: ['web-tree-sitter'] },
  kernel: { folders: ['base', 'syntax'] },
  tree: { folders: ['base', 'syntax', 'kernel'] },
  ir: { folders: ['base'] },
  lower: { folders: ['base', 'syntax', 'kernel', 'tree', 'ir'] },
  engine: { folders: ['base', 'ir'] },
  litmus: { folders: ['base', 'syntax', 'ir', 'engine'] },
  report: { folders: ['base', 'kernel', 'ir', 'engine'], types: ['protocol'] },
  protocol: { folders: [] },
  ide: { folders: core, types: ['protocol'] },
  host: { folders: ['ide', 'litmus', 'protocol', 'base'] },
  extension: { folders: ['ide', 'host', 'protocol', 'base'], packages: ['vscode'] },
  webview: {
    folders: ['report'],
    types: ['protocol'],
    packages: ['lit', 'lit/', '@vscode-elements/elements/', '@tanstack/lit-virtual'],
  },
};

/** Packages that one part of a layer may import. */
export const parts: readonly { readonly under: string; readonly packages: readonly string[] }[] = [
  { under: 'src/host/node/', packages: ['node:'] },
  { under: 'src/extension/debug/', packages: ['@vscode/debugadapter/', '@vscode/debugprotocol'] },
];
