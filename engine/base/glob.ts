// Globs over paths with '/': `*` and `?` stay within a segment, `**` crosses them, `[a-z]` and `{a,b}` as usual,
// `\` takes the next character as it is. Compiled once, matched often; the expressions never nest a repetition.

const literal = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const bracket = (glob: string, at: number): {source: string; next: number} | undefined => {
  const end = glob.indexOf(']', at + 2)
  if (end === -1) return undefined
  const inner = glob
    .slice(at + 1, end)
    .replace(/\\/g, '\\\\')
    .replace(/^!/, '^')
  return {source: `(?!/)[${inner}]`, next: end + 1}
}

const braces = (glob: string, at: number): {options: string[]; next: number} | undefined => {
  const end = glob.indexOf('}', at)
  return end === -1 ? undefined : {options: glob.slice(at + 1, end).split(','), next: end + 1}
}

const stars = (glob: string, at: number): {source: string; next: number} => {
  let next = at
  while (glob[next] === '*') next += 1
  if (next - at < 2) return {source: '[^/]*', next}
  if (glob[next] === '/') return {source: '(?:.*/)?', next: next + 1}
  return {source: '.*', next}
}

const sourceOf = (glob: string): string => {
  let source = ''
  let at = 0
  while (at < glob.length) {
    const char = glob[at] as string
    const group = char === '[' ? bracket(glob, at) : undefined
    const choice = char === '{' ? braces(glob, at) : undefined
    if (char === '*') {
      const found = stars(glob, at)
      source += found.source
      at = found.next
    } else if (group) {
      source += group.source
      at = group.next
    } else if (choice) {
      source += `(?:${choice.options.map(sourceOf).join('|')})`
      at = choice.next
    } else if (char === '?') {
      source += '[^/]'
      at += 1
    } else {
      const escaped = char === '\\' && at + 1 < glob.length
      source += literal(escaped ? (glob[at + 1] as string) : char)
      at += escaped ? 2 : 1
    }
  }
  return source
}

const compile = (glob: string, after: string): RegExp => {
  try {
    return new RegExp(`^${sourceOf(glob)}${after}$`, 'su')
  } catch {
    return new RegExp(`^${literal(glob)}${after}$`, 's')
  }
}

/** Matches the whole path. */
export const globMatcher = (glob: string): ((path: string) => boolean) => {
  const expression = compile(glob, '')
  return (path) => expression.test(path)
}

/**
 * Matches as ignore files do: a pattern without '/' names a file or folder at any depth, one with '/' is anchored at
 * the root, and either takes in everything below what it names.
 */
export const pathMatcher = (pattern: string): ((path: string) => boolean) => {
  const bare = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  const anchored = bare.includes('/') && !bare.startsWith('**/')
  const expression = compile(anchored ? bare : `**/${bare.replace(/^\*\*\//, '')}`, '(?:/.*)?')
  return (path) => expression.test(path.replace(/^\.\//, ''))
}
