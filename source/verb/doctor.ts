// The verb `doctor`: what works here, found by trying, and for everything that does not the command that mends it.
// 0 when nothing stands in the way of a run, else 1.

import type {Context, VerbRun} from '../context.ts'
import {type Finding, findings} from '../findings.ts'

const signs = {fine: '✓', note: '·', wrong: '✗'} as const

const tell = ({name, state, says, mend}: Finding): string => `${signs[state]} ${name.padEnd(11)} ${says}${mend ? `\n  ${' '.repeat(11)} → ${mend}` : ''}\n`

export const doctor: VerbRun = async (context: Context) => {
  const found: Finding[] = []
  for (const look of findings) {
    const more = await look(context)
    found.push(...more)
    if (!context.flags.json) await context.out(more.map(tell).join(''))
  }
  const ok = found.every((finding) => finding.state !== 'wrong')
  if (context.flags.json) await context.out(`${JSON.stringify({ok, findings: found}, null, 2)}\n`)
  return ok ? 0 : 1
}
