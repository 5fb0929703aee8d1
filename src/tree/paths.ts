/** Paths with `/`, without a file system. */

/** Joins and resolves `.` and `..`; an absolute second part wins. URIs (`vscode-vfs://host/x`) keep their start. */
export function join(folder: string, path: string): string {
  if (path.startsWith('/') || /^[a-z][\w+.-]*:\/\//i.test(path)) return normalize(path);
  return normalize(folder === '' ? path : `${folder}/${path}`);
}

export function normalize(path: string): string {
  // Most are so already, and a tree has tens of thousands.
  if (path.startsWith('/') && !/\/\.{0,2}(?:\/|$)/.test(path)) return path;
  const scheme = /^[a-z][\w+.-]*:\/\/[^/]*/i.exec(path)?.[0] ?? '';
  const rest = path.slice(scheme.length);
  const absolute = rest.startsWith('/');
  const parts: string[] = [];
  for (const part of rest.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else if (part !== '..' || !absolute) parts.push(part);
  }
  return scheme + (absolute ? '/' : '') + parts.join('/');
}

/** The folder of a path, without a trailing `/`. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : slash === 0 ? '/' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
