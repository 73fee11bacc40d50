// The laws of the house, read off the code itself. Each message names the file and the law it broke.

import {basename} from 'node:path'
import {describe, expect, it} from 'vitest'
import {faults} from '../engine/contract/fault.ts'
import {bare, biomeFloors, childProcess, doors, filesUnder, floors, type Import, importsOf, lazyOnly, programs, read, trespass} from './kit/house.ts'

const code = filesUnder(['engine', 'source', 'plugins', 'components', 'stores', 'bench'], /\.tsx?$/)
const imports = code.flatMap(importsOf)
const at = (file: string, places: readonly string[]): boolean => places.some((place) => file === place || (place.endsWith('/') && file.startsWith(place)))

const lineCount = (file: string): number => read(file).split('\n').length - 1
const tables = ['engine/contract/event.ts', 'engine/contract/fault.ts', 'source/config-schema.ts']

describe('floors', () => {
  it('are kept by every import', () => {
    expect(code.length).toBeGreaterThan(50)
    expect(imports.map(trespass).filter(Boolean)).toEqual([])
  })

  it('would notice a trespass', () => {
    const step = (file: string, to: string): string => trespass({file, to, own: true, written: to, atStart: true, lazy: false})
    expect(step('engine/journal/open.ts', 'engine/link/pair.ts')).toContain('never each other')
    expect(step('plugins/git/diff.ts', 'plugins/shell/shell.ts')).toContain('never another plugin')
    expect(step('engine/base/id.ts', 'engine/contract/task.ts')).toContain('imports nothing')
    expect(step('engine/journal/open.ts', 'engine/contract/journal.ts')).toBe('')
  })

  it('stand in biome.json as they stand here', () => {
    const {overrides = []} = JSON.parse(read('biome.json')) as {overrides?: {linter?: {rules?: {style?: {noRestrictedImports?: unknown}}}}[]}
    expect(overrides.filter((one) => one.linter?.rules?.style?.noRestrictedImports)).toEqual(biomeFloors())
  })

  it('that are pure touch no disk, clock or dice', () => {
    const pure = Object.entries(floors).flatMap(([name, floor]) => (floor.pure ? [`${name}/`] : []))
    const impure = /\bDate\.now\b|\bnew Date\b|\bMath\.random\b|\bperformance\b|\bprocess\.|\bsetTimeout\b|\bsetInterval\b|\bfetch\(/
    const found = code
      .filter((file) => at(file, pure))
      .flatMap((file) => {
        const hit = impure.exec(bare(read(file)))?.[0] ?? importsOf(file).find((one) => one.to.startsWith('node:'))?.to
        return hit ? [`${file}: ${hit}`] : []
      })
    expect(found).toEqual([])
  })
})

/** The first way round that is found, through type imports too. */
const cycles = (edges: ReadonlyMap<string, string[]>): string[] => {
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(' → '))
      return
    }
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file])
    done.add(file)
  }
  for (const file of edges.keys()) visit(file, [])
  return found
}

describe('imports', () => {
  it('run in no circle, counting type imports', () => {
    // An import() waits until both sides are loaded, so it closes no circle.
    const edges = Map.groupBy(
      imports.filter((one) => one.own && !one.lazy),
      (one) => one.file,
    )
    expect(cycles(new Map([...edges].map(([file, list]) => [file, list.map((one) => one.to)])))).toEqual([])
  })

  it('would notice a circle', () => {
    expect(
      cycles(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
        ]),
      ),
    ).toEqual(['a → b → c → a'])
  })

  it('go to each package through its one door', () => {
    const strays = imports.filter((one) => !one.own && !one.to.startsWith('node:') && !at(one.file, doors[one.to] ?? []))
    expect(strays.map((one) => `${one.file} imports ${one.to}`)).toEqual([])
  })

  it('of heavy packages wait until they are needed', () => {
    const early = imports.filter((one) => one.atStart && lazyOnly.includes(one.to))
    expect(early.map((one) => `${one.file} imports ${one.to} at start`)).toEqual([])
  })

  it('of child processes stand in sandbox, workspace/git and crew/hire only', () => {
    const strays = imports.filter((one: Import) => /^(node:)?child_process$/.test(one.to) && !at(one.file, childProcess))
    expect(strays.map((one) => one.file)).toEqual([])
  })

  it('of the environment: only source/config.ts reads it', () => {
    // A bench is a program of its own, with the environment of whoever measures.
    expect(code.filter((file) => file !== 'source/config.ts' && !file.startsWith('bench/') && /\bprocess\.env\b/.test(bare(read(file))))).toEqual([])
  })
})

describe('files', () => {
  it('are short', () => {
    const tallest = code.map((file) => ({file, lines: lineCount(file)})).sort((left, right) => right.lines - left.lines)
    process.stdout.write(
      `tallest: ${tallest
        .slice(0, 10)
        .map(({file, lines}) => `${file} ${lines}`)
        .join(', ')}\n`,
    )
    expect(tallest.filter(({file, lines}) => lines > (tables.includes(file) ? 450 : 300))).toEqual([])
  })

  it('have names that say what is in them', () => {
    const weak = /(^|-)(manager|helper|helpers|util|utils|service|core|common|misc)(-|\.|$)/
    const bad = code.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/.test(basename(file)) || file.split('/').some((part) => weak.test(part)))
    expect(bad).toEqual([])
    const named = code.flatMap((file) =>
      [...read(file).matchAll(/export (?:const|class|interface|type) (\w*(?:Manager|Helper|Util|Service)\w*)/g)].map(([, name]) => `${file}: ${name}`),
    )
    expect(named).toEqual([])
  })

  it('open by saying what lives there', () => {
    const opening = /^(#!.*\n)?\/\/ /
    expect(code.filter((file) => !opening.test(read(file)))).toEqual([])
  })

  it('leave nothing for later in a comment', () => {
    const later = new RegExp(['TO', 'DO|FIX', 'ME|HA', 'CK|XX', 'X\\b'].join(''))
    const all = filesUnder(['engine', 'source', 'plugins', 'components', 'stores', 'bench', 'bin', 'docs', 'test'], /\.(tsx?|mjs|md)$/)
    expect(all.filter((file) => later.test(read(file)))).toEqual([])
  })

  it('switch no checker off', () => {
    const comment = new RegExp(['@ts-', '(ignore|expect-error|nocheck)|biome-', 'ignore'].join(''))
    const any = /[:<|] ?any\b|\bas any\b/
    const own = code.filter((file) => !programs.includes(file))
    expect(own.filter((file) => comment.test(read(file)) || any.test(bare(read(file))))).toEqual([])
  })
})

describe('faults', () => {
  it('are all in docs/faults.md, and nothing else is', () => {
    const told = [...read('docs/faults.md').matchAll(/^\| `([a-z.]+)` \|/gm)].map(([, name]) => name)
    expect(told).toEqual(Object.keys(faults))
  })

  it('are made nowhere but in their table', () => {
    const literal = /\bcode: ['"`][a-z.]+['"`],\s*msg:/
    const strays = code.filter((file) => file !== 'engine/contract/fault.ts' && literal.test(bare(read(file))))
    expect(strays).toEqual([])
  })
})
