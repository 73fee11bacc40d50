// A role is a card: what it is for, what it may use, how it is routed. Cards are Markdown files in plugins/roles.

export interface Role {
  name: string
  purpose: string
  /** System prompt template; `{slots}` are filled by `engine/prompt`. */
  prompt: string
  /** Tool names it is offered. */
  tools: string[]
  /** May it change files? A role that may not has every write refused whatever the mode. */
  writes: boolean
}
