// Giving new lines the indentation of the place they go to, when the old ones were indented differently. Each
// indentation that the old lines used is paired with what the file has at the same line; others follow from these. Pure.

const indentOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? ''

const tabWidth = 4
const width = (indent: string): number => [...indent].reduce((sum, char) => sum + (char === '\t' ? tabWidth : 1), 0)

const pairing = (old: readonly string[], region: readonly string[]): Map<string, string> => {
  const pairs = new Map<string, string>()
  for (const [at, line] of old.entries()) {
    const there = region[at]
    if (there === undefined || line.trim() === '' || there.trim() === '' || pairs.has(indentOf(line))) continue
    pairs.set(indentOf(line), indentOf(there))
  }
  return pairs
}

/** Columns of one level, as a list of indentations shows it. */
const unitOf = (indents: readonly string[]): number => {
  const widths = [...new Set(indents.map(width))].sort((a, b) => a - b)
  const steps = widths.map((value, at) => value - (widths[at - 1] ?? 0)).filter((step) => step > 0)
  return steps.length > 0 ? Math.min(...steps) : 0
}

const made = (columns: number, tabs: boolean): string => (tabs ? '\t'.repeat(Math.round(columns / tabWidth)) : ' '.repeat(Math.max(0, columns)))

const follow = (indent: string, pairs: ReadonlyMap<string, string>, oldUnit: number, fileUnit: number): string => {
  const known = pairs.get(indent)
  if (known !== undefined) return known
  const [nearest] = [...pairs].sort((a, b) => Math.abs(width(a[0]) - width(indent)) - Math.abs(width(b[0]) - width(indent)))
  if (!nearest) return indent
  const tabs = [...pairs.values()].some((there) => there.includes('\t')) || (nearest[1] === '' && indent.includes('\t'))
  const step = width(indent) - width(nearest[0])
  const scale = oldUnit > 0 && fileUnit > 0 ? fileUnit / oldUnit : 1
  return made(width(nearest[1]) + Math.round(step * scale), tabs)
}

/** `fresh`, written to replace `old`, as it has to be to replace `region`. */
export const reindented = (old: readonly string[], region: readonly string[], fresh: readonly string[]): string[] => {
  const pairs = pairing(old, region)
  if ([...pairs].every(([mine, there]) => mine === there)) return [...fresh]
  const oldUnit = unitOf([...pairs.keys(), ...fresh.filter((line) => line.trim() !== '').map(indentOf)])
  const fileUnit = [...pairs.values()].some((there) => there.includes('\t')) ? tabWidth : unitOf([...pairs.values()])
  return fresh.map((line) => (line.trim() === '' ? '' : follow(indentOf(line), pairs, oldUnit, fileUnit) + line.trimStart()))
}
