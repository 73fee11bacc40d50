// What the launcher told our Node about its compilers (bin/penguin says why), for the Nodes that we start. Never a flag
// of our own making: another Node might not know it, and would not start.

const calm = /^--no-(?:concurrent|maglev)-/

export const calmFlags = (own: readonly string[]): string[] => own.filter((flag) => calm.test(flag))
