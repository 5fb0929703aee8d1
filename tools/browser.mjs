// Finds a Chromium or Chrome on this machine; none is ever downloaded from anywhere but Debian.
import { existsSync } from 'node:fs';
import { installPackages, mayInstallPackages, onPath } from './run.mjs';

/** What a person can do about a missing browser. */
export const howToGetBrowser =
  'install Chromium (apt-get install chromium), or set RACELENS_BROWSER to a Chromium or Chrome';

/** Nothing leaves the machine, and nothing asks questions. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
];

/**
 * The path of a browser, or undefined. `install`: fetch Debian's package if we may.
 * @param {{ install?: boolean }} [options]
 */
export function findBrowser({ install = false } = {}) {
  const named = process.env.RACELENS_BROWSER;
  if (named) return existsSync(named) ? named : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const found = onPath(...names);
  if (found) return found;
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  if (existsSync(mac)) return mac;
  if (!install || !mayInstallPackages()) return undefined;
  // Without a font, the pictures and every measured line of text would be boxes.
  installPackages(['chromium', 'fonts-dejavu-core', 'fonts-liberation']);
  return onPath(...names);
}
