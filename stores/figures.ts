// Figures as a person reads them: short, exact enough, always of the same width class.

/** 950, 12.1k, 3.4M. */
export const count = (value: number): string => {
  if (value < 1000) return String(Math.round(value))
  const [size, letter] = value < 999_500 ? [value / 1000, 'k'] : [value / 1_000_000, 'M']
  return `${size < 99.95 ? size.toFixed(1).replace(/\.0$/, '') : Math.round(size)}${letter}`
}

/** $0.0042 while it is little, $0.18, $12.40. */
export const money = (usd: number): string => `$${usd > 0 && usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2)}`

/** 4 s, 1:03, 2:10:00. */
export const elapsed = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, String(seconds % 60).padStart(2, '0')]
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** 40 ms, 3.1 s, 1:03. */
export const took = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : elapsed(ms))

/** 4 min ago, 3 h ago, 5 days ago. */
export const ago = (now: number, then: number): string => {
  const minutes = Math.max(0, Math.round((now - then) / 60_000))
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`
}

/** 14:05:09 by the clock whose offset from UTC is handed in. */
export const clockTime = (at: number, offsetMs: number): string => new Date(at + offsetMs).toISOString().slice(11, 19)

export const bytes = (size: number): string => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let [value, unit] = [size, 0]
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1]
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`
}

/** A bar of so many cells; a share above 0 shows at least a little, one below 1 is never full. */
export const bar = (share: number, cells: number): string => {
  const part = Math.max(0, Math.min(1, share))
  const full = part >= 1 ? cells : Math.min(cells - 1, Math.floor(part * cells))
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}`
}

const heights = '▁▂▃▄▅▆▇█'

/** The newest values, one cell each, as high as their share of the highest. */
export const sparkline = (values: readonly number[], cells: number): string => {
  const shown = values.slice(-cells)
  const highest = Math.max(1, ...shown)
  return shown.map((value) => heights[Math.min(7, Math.floor((Math.max(0, value) / highest) * 7.999))]).join('')
}

export const plural = (number: number, word: string, many = `${word}s`): string => `${number} ${number === 1 ? word : many}`
