// Families of tokenizers, told from a model's name, and how many tokens each makes of one that is estimated. Where a
// server's own count is known, that stands before this.

/** First match wins. The factors hold for code and prose in about equal parts; what is learned per model corrects them. */
const families: readonly {name: string; fits: RegExp; factor: number}[] = [
  {name: 'claude', fits: /claude/i, factor: 1.15},
  {name: 'gpt', fits: /(^|[/-])(gpt-|o\d|chatgpt|codex)/i, factor: 1},
  {name: 'llama-2', fits: /llama-?2|codellama|vicuna|tinyllama/i, factor: 1.2},
  {name: 'mistral', fits: /mistral|mixtral|codestral|devstral/i, factor: 1.1},
  {name: 'qwen', fits: /qwen|qwq/i, factor: 1.05},
  {name: 'llama-3', fits: /llama/i, factor: 1},
  {name: 'deepseek', fits: /deepseek/i, factor: 1.05},
  {name: 'gemma', fits: /gemma|gemini/i, factor: 1.05},
  {name: 'glm', fits: /glm/i, factor: 1},
  {name: 'phi', fits: /\bphi/i, factor: 1.1},
]

export const familyOf = (route: string): {name: string; factor: number} => families.find(({fits}) => fits.test(route)) ?? {name: 'unknown', factor: 1}
