// Code as coloured pieces, once somebody has brought the colouring: it is large, and loaded when the first code is about to
// be shown. Until then, and where it knows no such language, code is plain.

import type {Piece} from './line.ts'

/** Pieces of one line of code, or undefined when the language is not known. Their texts are those of the line. */
export type Colouring = (line: string, language: string) => readonly Piece[] | undefined

let colouring: Colouring | undefined
let generation = 0

export const bringColouring = (brought: Colouring): void => {
  colouring = brought
  generation += 1
}

/** Changes when colours have come: whatever was remembered without them is to be made anew. */
export const coloursSeen = (): number => generation

const byEnding: Readonly<Record<string, string>> = {
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
  rs: 'rust',
  go: 'go',
  java: 'java',
  kt: 'kotlin',
  rb: 'ruby',
  php: 'php',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  hpp: 'cpp',
  cs: 'csharp',
  swift: 'swift',
  sh: 'bash',
  bash: 'bash',
  zsh: 'bash',
  sql: 'sql',
  css: 'css',
  scss: 'scss',
  less: 'less',
  html: 'xml',
  xml: 'xml',
  svg: 'xml',
  json: 'json',
  yml: 'yaml',
  yaml: 'yaml',
  toml: 'ini',
  ini: 'ini',
  md: 'markdown',
  lua: 'lua',
  pl: 'perl',
  r: 'r',
  diff: 'diff',
}

/** The language of a file by its name, or of a fence by its word. */
export const languageOf = (name: string): string => {
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? name.toLowerCase()
  return byEnding[ending] ?? (name.includes('.') ? '' : ending)
}

/** Long lines are data, not code. */
const longest = 2000

export const coloured = (line: string, language: string): readonly Piece[] | undefined =>
  colouring && language !== '' && line.length <= longest ? colouring(line, language) : undefined
