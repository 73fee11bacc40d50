// What the tools of this folder take, once validated.

export interface ReadInput {
  path: string
  from?: number
  to?: number
}

export interface EditInput {
  path: string
  old: string
  new: string
  all?: boolean
}

export interface WriteInput {
  path: string
  text: string
}

export interface PatchInput {
  patch: string
}
