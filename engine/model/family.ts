// Families of tokenizers, told from a model's name, and how many tokens each makes of one that is counted (count.ts).
// Measured with published tokenizers over this repository for gpt, claude (an older one), llama-2, llama-3 and mistral; the
// others are assumed. Where a server's own count is known, that stands before this.

/** First match wins. */
const families: readonly {name: string; fits: RegExp; factor: number}[] = [
  {name: 'claude', fits: /claude/i, factor: 1.15},
  {name: 'gpt', fits: /(^|[/-])(gpt-|o\d|chatgpt|codex)/i, factor: 1},
  {name: 'llama-2', fits: /llama-?2|codellama|vicuna|tinyllama/i, factor: 1.2},
  {name: 'mistral', fits: /mistral|mixtral|codestral|devstral/i, factor: 1.2},
  {name: 'llama-3', fits: /llama/i, factor: 1},
  {name: 'qwen', fits: /qwen|qwq/i, factor: 1.05},
  {name: 'deepseek', fits: /deepseek/i, factor: 1.05},
  {name: 'gemma', fits: /gemma|gemini/i, factor: 1.05},
  {name: 'phi', fits: /(^|[/-])phi/i, factor: 1.1},
]

export const familyOf = (route: string): {name: string; factor: number} => families.find(({fits}) => fits.test(route)) ?? {name: 'unknown', factor: 1}
