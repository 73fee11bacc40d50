// The gate of a plain command: lint, types, build. Its exit code is its verdict; it counts nothing.

import {createHash} from 'node:crypto'
import {join} from 'node:path'
import type {Check, Gate, GateResult, GateSite} from '../../engine/plugin.ts'
import {troubleOf} from './judge.ts'
import type {Ran} from './run.ts'

const outputBytes = 1024 * 1024

const check = async (wanted: Check, site: GateSite): Promise<GateResult> => {
  const startedAt = site.clock()
  const laid = site.lay(() => false)
  try {
    const done = await site.run(laid, {
      argv: ['bash', '-c', wanted.command],
      cwd: join(site.root, wanted.dir),
      env: {npm_config_update_notifier: 'false'},
      limits: {wallMs: site.wallMs, outputBytes},
    })
    const output = [done.stdout, done.stderr].filter((text) => text !== '').join('\n')
    const ran: Ran = {
      exitCode: done.exitCode,
      output,
      wallMs: done.wallMs,
      ...(done.killedFor ? {killedFor: done.killedFor} : {}),
      ...(done.error ? {error: done.error.msg} : {}),
      record: null,
      located: undefined,
      touched: [],
    }
    const trouble = troubleOf(ran, site.wallMs)
    return {
      passed: trouble === undefined,
      report: {
        gate: wanted.gate,
        command: wanted.command,
        exitCode: done.exitCode,
        outputSha256: createHash('sha256').update(output).digest('hex'),
        treeSha256: site.treeSha256,
        startedAt,
        wallMs: Math.max(0, site.clock() - startedAt),
        summary: trouble ?? `${wanted.command}: exit code 0`,
        counts: null,
      },
      output,
      failures: [],
    }
  } finally {
    laid.dispose()
  }
}

const gate: Gate = {detect: async () => [], check}

export default gate
