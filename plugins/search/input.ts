// What the tools of this folder take, once validated.

export interface ListInput {
  path?: string
}

export interface SearchInput {
  pattern: string
  path?: string
  glob?: string
}
