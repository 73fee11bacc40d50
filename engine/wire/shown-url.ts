// An address as it may be shown: people write names, passwords and keys into it.

/** Without what stands before the host and after the path. */
export const shownUrl = (url: string): string => {
  if (!URL.canParse(url)) return url
  const {protocol, host, pathname} = new URL(url)
  return `${protocol}//${host}${pathname.replace(/\/$/, '')}`
}
