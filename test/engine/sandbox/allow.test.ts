// Commands that may reach some hosts, for real: a command in bubblewrap, a server on this machine's loopback, and no
// way around the proxy between them.

import {createServer as createHttp, type Server} from 'node:http'
import {type AddressInfo, createServer as createTcp, type Server as TcpServer} from 'node:net'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {openSandbox} from '../../../engine/sandbox/open.ts'
import {type Box, cleanUp, eventually, hasBwrap, livingWith, openBox, project, uniqueSleep} from './kit.ts'

let asked: string[] = []
const web: Server = createHttp((request, response) => {
  let body = ''
  request.on('data', (part) => (body += part))
  request.on('end', () => {
    asked.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers['proxy-authorization'] ?? ''}${body}`)
    response.end('from outside')
  })
})
const echo: TcpServer = createTcp((socket) => socket.on('error', () => {}).pipe(socket))

const listen = (server: Server | TcpServer): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))

// A program that asks with CONNECT and then speaks plain bytes through the tunnel.
const tunnel = (host: string): string =>
  `node -e 'require("http").request({host:"127.0.0.1",port:3128,method:"CONNECT",path:"${host}"}).on("connect",(r,s,head)=>{
    console.log(r.statusCode);if(r.statusCode!==200){console.log(String(head).trim());return}s.on("data",d=>{console.log(String(d));s.destroy()});s.write("hello")}).end()'`
const fetched = (url: string): string => `node -e 'fetch("${url}").then(async r=>console.log(r.status,await r.text()),e=>console.log("failed",e.cause?.code))'`

describe.runIf(hasBwrap)('commands that may reach some hosts', () => {
  let box: Box
  let port: number
  let other: number
  let plain: number
  beforeAll(async () => {
    port = await listen(web)
    plain = await listen(echo)
    other = await listen(createHttp((_request, response) => void response.end('secret')).unref())
    box = await openBox('bwrap', project(), {network: 'allowlist', hosts: [`localhost:${port}`, `127.0.0.1:${plain}`, '*.example']})
  })
  afterAll(async () => {
    await cleanUp()
    web.close()
    echo.close()
  })

  it('say so', () => expect(box.sandbox.state).toMatchObject({level: 'bwrap', network: 'allowlist'}))

  it('reach a host of the list with the proxy that the environment names', async () => {
    asked = []
    const line = `node -e 'const u=new URL(process.env.HTTP_PROXY);require("http").request({host:u.hostname,port:u.port,method:"POST",path:"http://localhost:${port}/a?b=1",headers:{"proxy-authorization":"x"}},r=>r.pipe(process.stdout)).end("body")'`
    expect(await box.sh(line)).toMatchObject({exitCode: 0, stdout: 'from outside'})
    expect(asked).toEqual([`POST /a?b=1 localhost:${port} body`])
  })

  it('reach it through a tunnel', async () => {
    expect((await box.sh(tunnel(`127.0.0.1:${plain}`))).stdout).toBe('200\nhello\n')
  })

  it('are refused any other host or port with words', async () => {
    expect((await box.sh(tunnel(`localhost:${other}`))).stdout).toBe(`403\nlocalhost:${other} is not in sandbox.network.allow\n`)
    expect((await box.sh(tunnel('elsewhere.test:443'))).stdout).toContain('403\nelsewhere.test:443 is not in')
    expect((await box.sh(tunnel('nonsense'))).stdout).toContain('400\n')
  })

  it('have no way around the proxy', async () => {
    expect((await box.sh(`NODE_USE_ENV_PROXY= ${fetched(`http://127.0.0.1:${port}/`)}`)).stdout).toBe('failed ECONNREFUSED\n')
  })

  it('have no way out where a job asks for none', async () => {
    const report = await box.sandbox.run(
      {argv: ['bash', '-c', 'env | grep -iE "^https?_proxy"; ls /run; echo none'], cwd: box.root, network: 'off', limits: {wallMs: 20_000, outputBytes: 4096}},
      new AbortController().signal,
    )
    expect(report.stdout).toBe('none\n')
  })

  it('keep their exit code, their arguments and their standard input', async () => {
    const report = await box.sandbox.run(
      {argv: ['bash', '-c', 'cat; echo "$1"; exit 7', 'x', "it's"], cwd: box.root, stdin: 'in', limits: {wallMs: 20_000, outputBytes: 4096}},
      new AbortController().signal,
    )
    expect(report).toMatchObject({exitCode: 7, stdout: "init's\n"})
  })

  it('leave nothing behind', async () => {
    const sleep = uniqueSleep()
    await box.sh(`sleep ${sleep} & echo started`)
    expect(await eventually(() => livingWith(sleep).length === 0, 2000)).toBe(true)
    expect(await eventually(() => livingWith('/run/penguin-proxy').length === 0, 2000)).toBe(true)
  })

  it('are not run by a level that cannot keep them to the list', async () => {
    const {options} = box
    const opened = await openSandbox({...options, level: 'limits'})
    expect(opened).toMatchObject({ok: false, error: {code: 'sandbox.unavailable', msg: expect.stringContaining('sandbox.network.allow')}})
  })
})
