// An address as it may be shown: people write names, passwords and keys into it.

/** Without what stands before the host and after the path. */
export const shownUrl = (url: string): string => {
  const read = URL.canParse(url) ? new URL(url) : undefined
  if (read?.host) return `${read.protocol}//${read.host}${read.pathname.replace(/\/$/, '')}`
  // No address, as with a mistyped port or without a scheme. It is shown to be mended, and a password may hold anything.
  return url.replace(/^(\w+:\/\/)?.*@/s, '$1').replace(/[?#].*$/s, '')
}
