// Colours of code by highlight.js, loaded once when code is about to be shown. Its marks become tones of the theme; the text
// stays letter for letter what it was.

import {bringColouring} from '../stores/code.ts'
import type {Piece} from '../stores/line.ts'
import type {Tone} from '../stores/theme.ts'

const tones: Readonly<Record<string, Tone>> = {
  keyword: 'keyword',
  built_in: 'name',
  type: 'name',
  literal: 'number',
  number: 'number',
  string: 'string',
  regexp: 'string',
  comment: 'comment',
  doctag: 'comment',
  title: 'name',
  attr: 'name',
  attribute: 'name',
  property: 'name',
  tag: 'keyword',
  name: 'keyword',
  selector: 'keyword',
  meta: 'comment',
  symbol: 'number',
  section: 'name',
}

const entities: Readonly<Record<string, string>> = {'&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#x27;': "'"}

const unescaped = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => entities[entity] ?? entity)

/** Reads the marked-up text back: `<span class="hljs-keyword">const</span> a`. */
export const piecesOf = (html: string): Piece[] => {
  const open: (Tone | undefined)[] = []
  const pieces: Piece[] = []
  for (const [, name, close, text] of html.matchAll(/<span class="hljs-([\w-]+)[^>]*>|(<\/span>|<span[^>]*>)|([^<]+)/g)) {
    if (name !== undefined) open.push(tones[name.split('-')[0] ?? ''] ?? open.at(-1))
    else if (close === '</span>') open.pop()
    else if (close !== undefined) open.push(open.at(-1))
    else if (text !== undefined) pieces.push({text: unescaped(text), tone: open.at(-1)})
  }
  return pieces
}

let loading: Promise<void> | undefined

/** Loads the colouring once; without it code stays plain. */
export const loadColours = (): Promise<void> => {
  loading ??= import('highlight.js/lib/common').then(
    ({default: hljs}) =>
      bringColouring((line, language) => (hljs.getLanguage(language) ? piecesOf(hljs.highlight(line, {language, ignoreIllegals: true}).value) : undefined)),
    () => undefined,
  )
  return loading
}
