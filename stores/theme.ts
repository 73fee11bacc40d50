// The colours of the chrome, by what they mean. A theme is a table; what a meaning looks like is said here and nowhere
// else. Text can be read on the usual backgrounds of its kind (WCAG AA; a test says so). `none` has no colours at all: weight,
// underline and reverse carry the difference.

export type ThemeName = 'dark' | 'light' | 'contrast' | 'none'
export const themeNames: readonly ThemeName[] = ['dark', 'light', 'contrast', 'none']

export type Tone =
  | 'plain'
  | 'quiet'
  | 'strong'
  | 'border'
  | 'focus'
  | 'title'
  | 'good'
  | 'bad'
  | 'warn'
  | 'busy'
  | 'needs'
  /** Lines around what needs somebody. */
  | 'alert'
  | 'money'
  | 'selected'
  | 'bar'
  | 'added'
  | 'removed'
  | 'addedWord'
  | 'removedWord'
  | 'code'
  | 'keyword'
  | 'string'
  | 'number'
  | 'comment'
  | 'name'

export interface Paint {
  color?: string
  background?: string
  bold?: boolean
  dim?: boolean
  inverse?: boolean
  underline?: boolean
}

export type Theme = Readonly<Record<Tone, Paint>>

const dark: Theme = {
  plain: {},
  quiet: {color: '#949ca6'},
  strong: {bold: true},
  border: {color: '#6a727d'},
  focus: {color: '#58a6ff'},
  title: {bold: true},
  good: {color: '#56d364'},
  bad: {color: '#ff7b72'},
  warn: {color: '#e3b341'},
  busy: {color: '#58a6ff'},
  needs: {color: '#ffa657', bold: true},
  alert: {color: '#ffa657'},
  money: {color: '#d2a8ff'},
  selected: {background: '#264f78', color: '#ffffff'},
  bar: {background: '#21262d', color: '#c9d1d9'},
  added: {color: '#7ee787', background: '#12261e'},
  removed: {color: '#ffa198', background: '#2d1618'},
  addedWord: {color: '#ffffff', background: '#1a5c2b'},
  removedWord: {color: '#ffffff', background: '#7d2420'},
  code: {color: '#a5d6ff'},
  keyword: {color: '#ff7b72'},
  string: {color: '#a5d6ff'},
  number: {color: '#79c0ff'},
  comment: {color: '#949ca6'},
  name: {color: '#d2a8ff'},
}

const light: Theme = {
  plain: {},
  quiet: {color: '#59636e'},
  strong: {bold: true},
  border: {color: '#818b98'},
  focus: {color: '#0860c7'},
  title: {bold: true},
  good: {color: '#116d2d'},
  bad: {color: '#cf222e'},
  warn: {color: '#7d5200'},
  busy: {color: '#0860c7'},
  needs: {color: '#a84300', bold: true},
  alert: {color: '#a84300'},
  money: {color: '#7541d1'},
  selected: {background: '#b6d7ff', color: '#000000'},
  bar: {background: '#eaeef2', color: '#24292f'},
  added: {color: '#116329', background: '#e6ffec'},
  removed: {color: '#a40e26', background: '#ffebe9'},
  addedWord: {color: '#000000', background: '#aceebb'},
  removedWord: {color: '#000000', background: '#ffc1ba'},
  code: {color: '#0550ae'},
  keyword: {color: '#cf222e'},
  string: {color: '#0a3069'},
  number: {color: '#0550ae'},
  comment: {color: '#59636e'},
  name: {color: '#7541d1'},
}

const contrast: Theme = {
  plain: {color: 'whiteBright', background: 'black'},
  quiet: {color: 'white', background: 'black'},
  strong: {color: 'whiteBright', background: 'black', bold: true},
  border: {color: 'white', background: 'black'},
  focus: {color: 'yellowBright', background: 'black', bold: true},
  title: {color: 'whiteBright', background: 'black', bold: true},
  good: {color: 'greenBright', background: 'black', bold: true},
  bad: {color: 'redBright', background: 'black', bold: true},
  warn: {color: 'yellowBright', background: 'black', bold: true},
  busy: {color: 'cyanBright', background: 'black', bold: true},
  needs: {color: 'black', background: 'yellowBright', bold: true},
  alert: {color: 'yellowBright', background: 'black', bold: true},
  money: {color: 'magentaBright', background: 'black'},
  selected: {color: 'black', background: 'whiteBright', bold: true},
  bar: {color: 'black', background: 'whiteBright'},
  added: {color: 'greenBright', background: 'black'},
  removed: {color: 'redBright', background: 'black'},
  addedWord: {color: 'black', background: 'greenBright', bold: true},
  removedWord: {color: 'black', background: 'redBright', bold: true},
  code: {color: 'cyanBright', background: 'black'},
  keyword: {color: 'yellowBright', background: 'black'},
  string: {color: 'greenBright', background: 'black'},
  number: {color: 'cyanBright', background: 'black'},
  comment: {color: 'white', background: 'black'},
  name: {color: 'magentaBright', background: 'black'},
}

const none: Theme = {
  plain: {},
  quiet: {dim: true},
  strong: {bold: true},
  border: {dim: true},
  focus: {bold: true},
  title: {bold: true},
  good: {},
  bad: {bold: true},
  warn: {bold: true},
  busy: {},
  needs: {inverse: true, bold: true},
  alert: {bold: true},
  money: {},
  selected: {inverse: true},
  bar: {inverse: true},
  added: {},
  removed: {dim: true},
  addedWord: {bold: true, underline: true},
  removedWord: {underline: true},
  code: {},
  keyword: {bold: true},
  string: {},
  number: {},
  comment: {dim: true},
  name: {},
}

export const themes: Readonly<Record<ThemeName, Theme>> = {dark, light, contrast, none}
