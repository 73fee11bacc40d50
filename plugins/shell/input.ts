// What the tools of this folder take, once validated.

export interface ShellInput {
  command: string
  timeoutSec?: number
  cwd?: string
}
