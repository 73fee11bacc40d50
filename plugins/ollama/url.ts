// OLLAMA_HOST read as Ollama itself reads it: scheme, host, port and path each optional.

const portOf = (text: string | undefined, otherwise: string): string => {
  if (text === undefined || !/^\d+$/.test(text)) return otherwise
  return Number(text) <= 65_535 ? text : otherwise
}

const split = (hostport: string): {host: string; port: string | undefined} => {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(hostport)
  if (bracketed) return {host: bracketed[1] as string, port: bracketed[2]}
  const colons = hostport.split(':').length - 1
  // A bare IPv6 address has no port.
  if (colons !== 1) return {host: hostport, port: undefined}
  const [host = '', port] = hostport.split(':')
  return {host, port}
}

// "All addresses" is where a server listens, not where a client goes.
const reachable: Readonly<Record<string, string>> = {'': '127.0.0.1', '0.0.0.0': '127.0.0.1', '::': '::1'}

/** The base address without a slash at its end; '' gives http://127.0.0.1:11434. */
export const ollamaUrl = (host: string): string => {
  const text = host
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .trim()
  const [before, after] = text.includes('://') ? (text.split(/:\/\/(.*)/s) as [string, string]) : ['', text]
  const bare = before === '' && text === 'ollama.com'
  const scheme = before === 'https' || bare ? 'https' : 'http'
  const usual = bare || before === 'https' ? '443' : before === 'http' ? '80' : '11434'
  const slash = after.indexOf('/')
  const {host: named, port} = split(slash === -1 ? after : after.slice(0, slash))
  const path = (slash === -1 ? '' : after.slice(slash)).replace(/\/+$/, '')
  const name = reachable[named] ?? named
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${portOf(port, usual)}${path}`
}
