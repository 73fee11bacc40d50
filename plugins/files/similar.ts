// How alike two lines are, and which region of a file is most like some lines: what a refused edit is shown. Pure.

const pairsOf = (line: string): Map<string, number> => {
  const pairs = new Map<string, number>()
  for (let at = 0; at < line.length - 1; at++) {
    const pair = line.slice(at, at + 2)
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  return pairs
}

const shared = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number => {
  let sum = 0
  for (const [pair, count] of a) sum += Math.min(count, b.get(pair) ?? 0)
  return sum
}

const maxLineChars = 500

/** 0 … 1, by the pairs of neighbouring characters that two lines share. */
export const lineScore = (a: string, b: string): number => {
  if (a === b) return 1
  const left = a.slice(0, maxLineChars)
  const right = b.slice(0, maxLineChars)
  if (left.length < 2 || right.length < 2) return 0
  return (2 * shared(pairsOf(left), pairsOf(right))) / (left.length + right.length - 2)
}

export interface Region {
  /** From 0. */
  from: number
  count: number
  /** 0 … 1. */
  score: number
}

const maxProbes = 12
const maxLines = 20_000
const maxCandidates = 5

/** Lines of `wanted` that tell most about the place: long ones, spread over the whole. */
const probes = (wanted: readonly string[]): number[] =>
  wanted
    .map((line, at) => ({at, length: line.length}))
    .filter(({length}) => length > 2)
    .sort((a, b) => b.length - a.length)
    .slice(0, maxProbes)
    .map(({at}) => at)

/** The region most like `wanted` (both with blanks squeezed); undefined when nothing is. */
export const nearestRegion = (lines: readonly string[], wanted: readonly string[]): Region | undefined => {
  const votes = new Map<number, number>()
  const searched = lines.slice(0, maxLines)
  for (const probe of probes(wanted)) {
    const pairs = pairsOf((wanted[probe] as string).slice(0, maxLineChars))
    for (const [at, line] of searched.entries()) {
      const score =
        line === wanted[probe] ? 1 : (2 * shared(pairs, pairsOf(line.slice(0, maxLineChars)))) / Math.max(1, line.length + (wanted[probe] as string).length - 2)
      if (score > 0.4) votes.set(at - probe, (votes.get(at - probe) ?? 0) + score)
    }
  }
  const starts = [...votes].sort((a, b) => b[1] - a[1]).slice(0, maxCandidates)
  let best: Region | undefined
  for (const [start] of starts) {
    const from = Math.max(0, Math.min(start, lines.length - 1))
    const count = Math.min(wanted.length, lines.length - from)
    const score = wanted.reduce((sum, line, at) => sum + lineScore(lines[from + at] ?? '', line), 0) / wanted.length
    if (!best || score > best.score) best = {from, count, score}
  }
  return best
}
