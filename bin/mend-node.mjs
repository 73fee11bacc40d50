// What Node and better-sqlite3 cost at the start of a run, and need not (measured: docs/benchmarks.md).
//
// - `import {readFileSync} from 'node:fs'` makes Node build an ES module of all that fs has, and so load promises,
//   streams and readline (5 ms; 6 more for crypto). Asked for by process.getBuiltinModule nothing but the module itself comes.
//   Some are not loaded before they are called.
// - Where chunks are put together the bundler leaves a tiny file for each thing that is asked for late: not loaded here.
// - better-sqlite3 is fifteen small files that are looked up one by one (3 ms): one file does. Its native part stays
//   where npm put it.

import {createHash} from 'node:crypto'
import {Script} from 'node:vm'

const head = /^\s*import\s*(?:(\{[^}]*\}|\*\s*as\s+[\w$]+|[\w$]+)\s*from\s*)?(["'])([^"']+)\2;?/

/** Loading these costs a millisecond or more each, and many runs never call what they are imported for. */
const late = new Set(['child_process', 'crypto', 'fs/promises', 'net', 'readline', 'v8'].map((name) => `node:${name}`))

/** A plain function of such a module: a stand-in that loads it when it is called first. Classes and values cannot wait. */
const standIn = (module, outside, inside) => `const ${inside}=(...a)=>process.getBuiltinModule("${module}").${outside}(...a);`
const isFunction = (name) => /^[a-z]/.test(name) && name !== 'constants'

const bound = (what, module) => {
  const from = `process.getBuiltinModule("${module}");`
  const pairs = late.has(module) && what.startsWith('{') ? namesIn(what) : []
  if (pairs.length > 0 && pairs.every(([outside]) => isFunction(outside))) return pairs.map(([outside, inside]) => standIn(module, outside, inside)).join('')
  if (what.startsWith('{')) return `var${what.replace(/([\w$]+)\s+as\s+([\w$]+)/g, '$1:$2')}=${from}`
  return `var ${what.replace(/\*\s*as\s+/, '')}=${from}`
}

const namesIn = (list) =>
  list
    .slice(1, -1)
    .split(',')
    .map((one) => one.trim().split(/\s+as\s+/))
    .map(([outside, inside = outside]) => [outside, inside])

/** Only the statements at the head of a chunk are imports; what looks like one further down is somebody's text. */
export const withBuiltins = (code) => {
  let [rest, imports, builtins] = [code, '', '']
  for (let found = head.exec(rest); found; found = head.exec(rest)) {
    const [statement, what, , module] = found
    if (what && module.startsWith('node:')) builtins += bound(what, module)
    else imports += statement
    rest = rest.slice(statement.length)
  }
  return imports + builtins + rest
}

const facade = /^export\{([^}]*)\}from"\.\/([^"]+)";\s*$/
const asked = /import\(`\.\/([^`]+)`\)/g

const pairsOf = (list) =>
  list.split(',').map((one) => {
    const [inside, outside = inside] = one.split(' as ')
    return [outside.trim(), inside.trim()]
  })

const objectOf = (pairs, from) => `({${pairs.map(([name, inside]) => `${name}:${from(inside)}`).join(',')}})`

/**
 * Chunks that only pass on what another one has cost a millisecond each: whoever asks for one is led to the other,
 * and within that other one nothing is loaded at all.
 */
export const withoutFacades = (files) => {
  const facades = new Map(
    files.flatMap(([name, code]) => {
      const found = name.endsWith('.js') && facade.exec(code)
      return found ? [[name, {pairs: pairsOf(found[1]), target: found[2]}]] : []
    }),
  )
  const led = (name, code) => {
    const list = /export\{([^}]*)\};?\s*$/.exec(code)?.[1]
    let isOwn = false
    const mended = code.replace(asked, (whole, wanted) => {
      const found = facades.get(wanted)
      if (!found) return whole
      isOwn ||= found.target === name
      const from = found.target === name ? 'Promise.resolve(__own())' : `import(\`./${found.target}\`)`
      return `${from}.then(e=>${objectOf(found.pairs, (inside) => `e.${inside}`)})`
    })
    // Where it is asked for, something else may have the name that it has at the top.
    return isOwn ? `${mended}\nfunction __own(){return${objectOf(pairsOf(list), (inside) => inside).slice(1, -1)}}` : mended
  }
  const mended = files.map(([name, code]) => (name.endsWith('.js') && !facades.has(name) ? [name, led(name, code)] : [name, code]))
  const named = mended.map(([, code]) => code).join('\n')
  return mended.filter(([name]) => !facades.has(name) || named.includes(`./${name}`))
}

/** Smaller ones gain nothing by it. */
const worthBytes = 30_000

const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** Every node of a tree that `wanted` takes; not within those that `shut` names. */
const nodesOf = (tree, wanted, shut = () => false) => {
  const found = []
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk)
    if (typeof node !== 'object' || node === null || shut(node)) return
    if (wanted(node)) found.push(node)
    Object.values(node).forEach(walk)
  }
  walk(tree)
  return found
}

const opensLater = ({type}) => /Function|^(?:Method|Property)Definition$/.test(type)
/** It waits at its top, so whoever loads it waits too. */
const waits = (tree) => nodesOf(tree, ({type, await: each}) => type === 'AwaitExpression' || (type === 'ForOfStatement' && each), opensLater).length > 0

const boundBy = ({specifiers}, from) => {
  const named = specifiers.map(({type, imported, local}) => {
    if (type === 'ImportNamespaceSpecifier') return `const ${local.name}=${from};`
    return `const ${local.name}=${from}.${type === 'ImportDefaultSpecifier' ? 'default' : imported.name};`
  })
  return named.join('')
}

const wide = /[\u0100-\uffff]/
const isRaw = ({type, quasi}) => type === 'TaggedTemplateExpression' && quasi.quasis.some(({value}) => wide.test(value.raw))
const narrowed = (one) =>
  wide.test(one)
    ? `\\u${one
        .charCodeAt(one.length - 1)
        .toString(16)
        .padStart(4, '0')}`
    : one
/** V8 keeps a text of one byte a character where no character needs more: half the memory of a chunk. */
const narrow = (code, tree) => (nodesOf(tree, isRaw).length > 0 ? code : code.replace(/\\[\s\S]|[\u0100-\uffff]/g, narrowed))

/** A chunk as two files: a function that is given what the chunk imports, and the chunk, which runs it from a cache (cached.mjs). */
const asScript = ([name, code], parse) => {
  const tree = parse(code)
  const imports = tree.body.filter(({type}) => type === 'ImportDeclaration')
  const exports = tree.body.filter(({type}) => type === 'ExportNamedDeclaration')
  const late = nodesOf(tree, ({type}) => type === 'ImportExpression' || type === 'MetaProperty')
  // What only a module may say is handed in: `import.meta` as a value, `import()` as a function.
  const said = late.filter(({type, meta}) => type === 'ImportExpression' || meta.name === 'import')
  const cuts = [
    ...[...imports, ...exports].map(({start, end}) => ({start, end, by: ''})),
    ...said.map(({type, start, end}) => (type === 'MetaProperty' ? {start, end, by: '__meta'} : {start, end: start + 'import'.length, by: '__import'})),
  ].sort((one, other) => other.start - one.start)
  const rest = narrow(
    cuts.reduce((text, {start, end, by}) => text.slice(0, start) + by + text.slice(end), code),
    tree,
  )
  const outs = exports.flatMap(({specifiers}) => specifiers.map((one) => ({inside: one.local.name, outside: one.exported.name})))
  const froms = imports.map((_, at) => `__from${at}`)
  const taken = imports.map((one, at) => boundBy(one, froms[at])).join('')
  const given = outs.map(({inside}, at) => `__out${at}:${inside}`).join(',')
  const [later, wait] = waits(tree) ? ['async ', 'await '] : ['', '']
  const script = `(${later}function(${[...froms, '__meta', '__import'].join(',')}){"use strict";${taken}${rest};return{${given}}})`
  // Says now what would else be said at every start.
  new Script(script, {filename: name})
  const file = `${name.replace(/\.js$/, '')}-${hashOf(script)}.script`
  const shell = [
    ...imports.map(({source}, at) => `import*as ${froms[at]} from"${source.value}";`),
    `import{load as __load}from"./cached.js";`,
    `const{${outs.map((_, at) => `__out${at}`).join(',')}}=${wait}__load("${file}",import.meta)(${[...froms, 'import.meta', '(one)=>import(one)'].join(',')});`,
    `export{${outs.map(({outside}, at) => `__out${at} as ${outside}`).join(',')}};`,
  ].join('')
  return [
    [name, shell],
    [file, script],
  ]
}

/** The chunks of these names, from a cache of compiled code; the others as they are. */
export const fromCache = (files, names, parse) =>
  files.flatMap((one) => (names.some((group) => one[0].startsWith(`${group}-`)) && one[1].length > worthBytes ? asScript(one, parse) : [one]))

const bundled = 'better-sqlite3.cjs'

/** The two doors to the package ask for the one file beside the chunks. */
export const oneSqlite = {
  name: 'one-sqlite',
  transform(code, id) {
    if (!/\/engine\/(journal\/database|memory\/learned)\.ts$/.test(id)) return undefined
    const door = "(import.meta.url)('better-sqlite3')"
    if (!code.includes(door)) throw new Error(`${id} asks for better-sqlite3 in another way`)
    return code.replace(door, `(import.meta.url)('./${bundled}')`)
  },
}

/** Its files look for the native part beside themselves: told where that is. */
const atHome = {
  name: 'sqlite-at-home',
  transform(code, id) {
    if (!id.endsWith('/lib/binding.js')) return undefined
    const beside = "path.join(__dirname, '../node_modules/better-sqlite3/lib')"
    const home = `const home = fs.existsSync(${beside}) ? ${beside} : path.dirname(require.resolve('better-sqlite3'))`
    return code.replaceAll('__dirname', 'home').replace("const path = require('path');", `const path = require('path');\n${home}`)
  },
}

export const sqliteBundle = async (rolldown, options) => {
  const built = await rolldown({...options, external: [/^node:/], plugins: [atHome], input: {sqlite: 'better-sqlite3'}})
  const {output} = await built.generate({format: 'cjs', minify: true})
  await built.close()
  return [bundled, output[0].code]
}
