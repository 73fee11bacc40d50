// The table of mishaps as docs/providers.md shows it. Standalone it writes the page's table between its marks:
//   node test/kit/fault-table.ts

import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {groups, type Row} from './mishaps.ts'
import type {Protocol} from './model-script.ts'

const columns: readonly [string, Protocol][] = [
  ['OpenAI', 'responses'],
  ['Chat', 'chat'],
  ['Anthropic', 'messages'],
  ['Ollama', 'ollama'],
]

const cellOf = (row: Row, protocol: Protocol): string => {
  const {code} = row.but?.[protocol] ?? row
  return code === 'none' ? 'answer' : `\`${code}\``
}

const thenOf = ({code, tries, waitMs}: Row): string => {
  if (code === 'none') return tries > 1 ? 'asked again in one piece' : 'taken as it is'
  if (tries === 1) return 'next route at once'
  return `${tries} tries${waitMs === undefined ? '' : `, first after ${waitMs / 1000} s`}, then the next route`
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`

export const docTable = (of: typeof groups): string =>
  line(['what happens', ...columns.map(([name]) => name), 'on one route']) +
  line(['---', ...columns.map(() => '---'), '---']) +
  Object.entries(of)
    .map(
      ([group, rows]) =>
        line([`**${group}**`, ...columns.map(() => ''), '']) +
        rows.map((row) => line([row.name, ...columns.map(([, protocol]) => cellOf(row, protocol)), thenOf(row)])).join(''),
    )
    .join('')

if (import.meta.main) {
  const file = join(import.meta.dirname, '../../docs/providers.md')
  const page = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    page.replace(/(<!-- made from test\/kit\/mishaps.ts -->\n)[\s\S]*?(<!-- end -->)/, (_, start, end) => `${start}${docTable(groups)}${end}`),
  )
}
