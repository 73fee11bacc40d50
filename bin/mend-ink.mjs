// What Ink costs at its first frame, and need not (measured: docs/benchmarks.md): a plugin for the bundler.
//
// - yoga-layout fetches its own data: URL, which loads all of undici (31 ms, 13 MB). Told that there is no fetch, it
//   decodes the text that it carries.
// - string-width compiles a large expression and makes a segmenter at the first character beyond ASCII (31 ms). The
//   panes' own measure (engine/base/width.ts) says the same cells by a table.
// - Its colours and weights go into a terminal that nobody sees, which knows all of them; how many the user's knows is the
//   compositor's business. Left to guess by TERM and NO_COLOR, chalk would leave out what shows where one is.
// - react-devtools-core is only asked for in development.

import {join} from 'node:path'

// Sequences that a terminal takes and that fill no cell.
const sequences = String.raw`/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()#][0-9A-Za-z]|[0-9=>A-Za-z])|\u009b[0-?]*[ -/]*[@-~]/g`

export const mendInk = (root) => ({
  name: 'mend-ink',
  resolveId(id) {
    if (id === 'string-width') return '\0string-width'
    if (id === 'react-devtools-core') return '\0none'
    return undefined
  },
  load(id) {
    if (id === '\0none') return 'export default {}'
    if (id !== '\0string-width') return undefined
    const widths = JSON.stringify(join(root, 'engine/base/width.ts'))
    return `import {widthOf} from ${widths}
const sequences = ${sequences}
export default (text) => widthOf(text.includes('\\u001b') || text.includes('\\u009b') ? text.replace(sequences, '') : text)`
  },
  transform(code, id) {
    // Ink takes `process` from node:process, where no define of the bundler reaches it.
    if (/\/ink\/build\/(ink|reconciler)\.js$/.test(id)) return code.replaceAll("process.env['DEV'] === 'true'", 'false')
    if (id.includes('/chalk/source/index.js')) return code.replace('const chalk = createChalk();', 'const chalk = createChalk({level: 3});')
    if (!id.includes('yoga-wasm-base64')) return undefined
    return code.replaceAll('"function"!=typeof fetch', '!0').replaceAll('"function"==typeof fetch', '!1')
  },
})
