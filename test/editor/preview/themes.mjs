/** The few theme variables that the panel uses, as VS Code's own themes set them: for looking at the panel without VS Code. */
const common = {
  'font-family': "system-ui, 'Ubuntu', 'Droid Sans', sans-serif",
  'font-size': '13px',
  'editor-font-family': "'Droid Sans Mono', 'DejaVu Sans Mono', monospace",
  'editor-font-size': '13px',
};

export const themes = {
  dark: {
    kind: 'vscode-dark',
    vars: {
      foreground: '#cccccc',
      descriptionForeground: '#9d9d9d',
      'editor-background': '#1f1f1f',
      'editor-foreground': '#cccccc',
      'panel-border': '#2b2b2b',
      'editorGroup-border': '#ffffff17',
      focusBorder: '#0078d4',
      'textLink-foreground': '#4daafc',
      'textLink-activeForeground': '#4daafc',
      'textBlockQuote-background': '#2b2b2b',
      'badge-background': '#616161',
      'badge-foreground': '#f8f8f8',
      'button-background': '#0078d4',
      'button-foreground': '#ffffff',
      'button-secondaryBackground': '#313131',
      'button-secondaryForeground': '#cccccc',
      'button-border': '#ffffff12',
      'toolbar-hoverBackground': '#5a5d5e50',
      'icon-foreground': '#cccccc',
      'list-hoverBackground': '#2a2d2e',
      'editorLineNumber-foreground': '#6e7681',
      'editorLineNumber-activeForeground': '#cccccc',
      'progressBar-background': '#0078d4',
      'inputOption-activeBackground': '#2489db82',
      'inputOption-activeBorder': '#2488db',
      'inputOption-activeForeground': '#ffffff',
    },
  },
  light: {
    kind: 'vscode-light',
    vars: {
      foreground: '#3b3b3b',
      descriptionForeground: '#3b3b3b',
      'editor-background': '#ffffff',
      'editor-foreground': '#3b3b3b',
      'panel-border': '#e5e5e5',
      focusBorder: '#005fb8',
      'textLink-foreground': '#005fb8',
      'textLink-activeForeground': '#005fb8',
      'textBlockQuote-background': '#f8f8f8',
      'badge-background': '#cccccc',
      'badge-foreground': '#3b3b3b',
      'button-background': '#005fb8',
      'button-foreground': '#ffffff',
      'button-secondaryBackground': '#e5e5e5',
      'button-secondaryForeground': '#3b3b3b',
      'button-border': '#0000001a',
      'toolbar-hoverBackground': '#b8b8b850',
      'icon-foreground': '#3b3b3b',
      'list-hoverBackground': '#f2f2f2',
      'editorLineNumber-foreground': '#6e7681',
      'editorLineNumber-activeForeground': '#171184',
      'progressBar-background': '#005fb8',
      'inputOption-activeBackground': '#bed6ed',
      'inputOption-activeBorder': '#005fb8',
      'inputOption-activeForeground': '#000000',
    },
  },
  highContrast: {
    kind: 'vscode-high-contrast',
    vars: {
      foreground: '#ffffff',
      descriptionForeground: '#ffffffb3',
      'editor-background': '#000000',
      'editor-foreground': '#ffffff',
      'panel-border': '#6fc3df',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      focusBorder: '#f38518',
      'textLink-foreground': '#21a6ff',
      'textLink-activeForeground': '#21a6ff',
      'badge-background': '#000000',
      'badge-foreground': '#ffffff',
      'button-background': '#000000',
      'button-foreground': '#ffffff',
      'button-border': '#6fc3df',
      'button-secondaryForeground': '#ffffff',
      'icon-foreground': '#ffffff',
      'editorLineNumber-foreground': '#ffffff',
      'progressBar-background': '#6fc3df',
      'inputOption-activeBorder': '#6fc3df',
    },
  },
  highContrastLight: {
    kind: 'vscode-high-contrast-light',
    vars: {
      foreground: '#292929',
      descriptionForeground: '#292929b3',
      'editor-background': '#ffffff',
      'editor-foreground': '#292929',
      'panel-border': '#0f4a85',
      contrastBorder: '#0f4a85',
      contrastActiveBorder: '#006bbd',
      focusBorder: '#006bbd',
      'textLink-foreground': '#0f4a85',
      'textLink-activeForeground': '#0f4a85',
      'textBlockQuote-background': '#f2f2f2',
      'badge-background': '#0f4a85',
      'badge-foreground': '#ffffff',
      'button-background': '#0f4a85',
      'button-foreground': '#ffffff',
      'button-border': '#0f4a85',
      'button-secondaryBackground': '#ffffff',
      'button-secondaryForeground': '#292929',
      'icon-foreground': '#292929',
      'editorLineNumber-foreground': '#292929',
      'progressBar-background': '#0f4a85',
      'inputOption-activeBorder': '#0f4a85',
    },
  },
};

/**
 * Contributed colours of package.json for one theme, as VS Code turns them into variables.
 * @param {keyof typeof themes} theme @param {readonly any[]} contributed @returns {string}
 */
export function variables(theme, contributed) {
  const { vars } = themes[theme];
  /** @type {Record<string, string>} */
  const own = Object.fromEntries(contributed.map(c => [c.id.replace(/\./g, '-'), c.defaults[theme]]));
  return Object.entries({ ...common, ...vars, ...own })
    .filter(([, value]) => value?.startsWith?.('#') || !/^[a-z]+\.[a-z]/i.test(value ?? ''))
    .map(([name, value]) => `--vscode-${name}: ${value};`)
    .join('\n');
}
