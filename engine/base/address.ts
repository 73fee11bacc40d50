// Addresses of servers as people write them: with a slash at the end or without, with a query that stays the last. Pure.

/** On this machine or in its own network. */
export const isNear = (url: string): boolean => {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return host === 'localhost' || host === '[::1]' || /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(host) || host.endsWith('.local')
}

/** `path` under the address; Azure wants its version as a query behind it. */
export const joined = (base: string, path: string): string => {
  const at = base.search(/[?#]/)
  const [place, query] = at === -1 ? [base, ''] : [base.slice(0, at), base.slice(at)]
  return place.replace(/\/+$/, '') + path + (path.includes('?') ? query.replace('?', '&') : query)
}
