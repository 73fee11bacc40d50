// The near end of the way out: inside the sandbox, a relay from a port of its own loopback to the proxy's socket. Programs
// know proxies by address only. It starts before the command and ends with the sandbox; a way out that cannot be made
// must stop the command with words, not let it run into nothing.

/** Where the proxy's socket lies inside. */
export const socketInside = '/run/penguin-proxy'
const port = 3128
const proxy = `http://127.0.0.1:${port}`

// Each program its own spelling. NODE_USE_ENV_PROXY: Node 24 reads the others only when told to.
export const relayEnv: Readonly<Record<string, string>> = {
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
  NO_PROXY: 'localhost,127.0.0.1,::1',
  no_proxy: 'localhost,127.0.0.1,::1',
  NODE_USE_ENV_PROXY: '1',
  npm_config_update_notifier: 'false',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
}

// The end of stdout tells the shell that waits for it that the port is open. Something must take its number at once: Node
// stops when a socket that it closes has one of the first three.
const script = `const net=require('node:net'),fs=require('node:fs');net.createServer(c=>{const s=net.connect('${socketInside}');
c.on('error',()=>s.destroy());s.on('error',()=>c.destroy());c.pipe(s).pipe(c)})
.listen(${port},'127.0.0.1',()=>{fs.writeSync(1,'open');fs.closeSync(1);fs.openSync('/dev/null','w')})`

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** Lines of a POSIX script that start the relay with the Node at `node`, as whom `drop` makes it, and wait for it. */
export const relayScript = (node: string, drop: readonly string[]): string =>
  [
    `open=$(${[...drop, 'env', '-i', node, '-e', script].map(quoted).join(' ')} </dev/null 2>/dev/null &)`,
    `[ "$open" = open ] || { echo 'the way out to the allowed hosts could not be opened' >&2; exit 126; }`,
  ].join('\n')
