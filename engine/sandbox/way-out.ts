// The way to the network that a sandbox with some allowed hosts has: made for its first job that asks for it, and ended
// with the sandbox.

import type {AllowProxy} from './allow-proxy.ts'
import type {Ground} from './ground.ts'
import {allowedHost} from './hosts.ts'

/** The proxy to allowed hosts; listens from the first job on that asks for it. */
export interface WayOut {
  open(): Promise<AllowProxy>
  close(): Promise<void>
}

export const layWayOut = (ground: Ground): WayOut => {
  let proxy: Promise<AllowProxy> | undefined
  const listen = async (): Promise<AllowProxy> => {
    const {openAllowProxy} = await import('./allow-proxy.ts')
    return openAllowProxy(
      (ground.options.hosts ?? []).map(allowedHost).filter((host) => host !== undefined),
      ground.box(),
    )
  }
  return {
    open: () => {
      proxy ??= listen()
      return proxy
    },
    close: async () => (await proxy?.catch(() => undefined))?.close(),
  }
}
