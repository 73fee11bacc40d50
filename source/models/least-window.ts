// The smallest window that a run can work with, in tokens.

/** Prompt and tools (3,000), some work to look at (4,000), and a reply (1,000). */
export const leastWindow = 8192
