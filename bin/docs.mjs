// Writes what is made from tables: docs/cli.md whole; the tables in docs/config.md, docs/faults.md and
// docs/exit-codes.md between their marks; the floors in biome.json. Needs Node 24 (npm run docs has it).

import {readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {cliPage} from '../source/help-text.ts'
import {pages} from '../source/reference.ts'
import {biomeFloors} from '../test/kit/house.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const docs = join(root, 'docs')

writeFileSync(join(docs, 'cli.md'), cliPage())

for (const [name, made] of Object.entries(pages())) {
  const file = join(docs, `${name}.md`)
  const text = readFileSync(file, 'utf8')
  const marked = /(<!-- made from the source -->\n)[\s\S]*?(<!-- end -->)/
  if (!marked.test(text)) throw new Error(`${file} has no marks`)
  writeFileSync(
    file,
    text.replace(marked, (_, start, end) => `${start}${made}${end}`),
  )
}

const biome = join(root, 'biome.json')
const settings = JSON.parse(readFileSync(biome, 'utf8'))
const others = (settings.overrides ?? []).filter((one) => !one.linter?.rules?.style?.noRestrictedImports)
const lines = [...others, ...biomeFloors()].map((one) => `    ${JSON.stringify(one)}`)
const rest = JSON.stringify({...settings, overrides: []}, null, 2)
writeFileSync(biome, rest.replace('"overrides": []', `"overrides": [\n${lines.join(',\n')}\n  ]`).concat('\n'))
