// Which known name was meant by an unknown one. Pure.

/** Edit distance with neighbours swapped counted once. */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({length: b.length + 1}, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] as number) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, (row[j - 1] as number) + cost, swapped))
    }
    before = row
    row = next
  }
  return row[b.length] as number
}

/** What other harnesses call these tools: enough to name the right one, never to run it unasked. */
const elsewhere: Readonly<Record<string, string>> = {
  bash: 'shell',
  exec: 'shell',
  execute: 'shell',
  run_command: 'shell',
  run_terminal_cmd: 'shell',
  terminal: 'shell',
  cat: 'read',
  view: 'read',
  open: 'read',
  grep: 'search',
  rg: 'search',
  ripgrep: 'search',
  find: 'search',
  ls: 'list',
  glob: 'list',
  create: 'write',
  str_replace: 'edit',
  str_replace_editor: 'edit',
  replace: 'edit',
  patch: 'apply_patch',
  todo: 'plan',
  todo_write: 'plan',
  done: 'finish',
  attempt_completion: 'finish',
  test: 'run_tests',
}

const canonical = (name: string): string =>
  name
    .trim()
    .replace(/^(?:functions?|tools?|default_api)[./:]/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_')

/** The known name that differs only in spelling convention: `functions.read`, `applyPatch`. */
export const sameName = (name: string, known: readonly string[]): string | undefined => {
  if (known.includes(name)) return name
  return known.find((one) => one === canonical(name))
}

/** The known name that was probably meant, for the hint. */
export const nearestName = (name: string, known: readonly string[]): string | undefined => {
  const asked = canonical(name)
  const other = elsewhere[asked]
  if (other && known.includes(other)) return other
  const part = known.find((one) => one.length > 2 && asked.split('_').includes(one))
  if (part) return part
  const ranked = known.map((one) => ({one, far: distance(asked, one)})).sort((a, b) => a.far - b.far)
  const best = ranked[0]
  return best && best.far <= Math.max(2, Math.floor(best.one.length / 3)) ? best.one : undefined
}
