// What the tools of this folder take, once validated.

export const looks = ['status', 'diff', 'log', 'show', 'blame'] as const

export interface GitInput {
  do: (typeof looks)[number]
  args?: string[]
}
