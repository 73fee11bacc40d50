// The canary of a check that only its exit code tells: each script of the tests that it starts is given an end that must
// fail, and is run once more. Where that end is never reached, or does no harm, the script was left before, or what it
// compares with has been disarmed. A script that leaves early of its own accord is let be.

import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {GateSite, Laid} from '../../engine/plugin.ts'
import {importing, isSourceCode, stemOf} from './held.ts'
import {replaceFile} from './run.ts'

interface Kind {
  /** What the end of the script becomes. */
  end: string
  /** Words by which such a script ends itself with 0, or hands its end to others. */
  leaves: RegExp
}

const shell: Kind = {
  end: 'if [ a = b ] || test 1 = 2 || false; then command exit 0; fi\ncommand exit 97\n',
  leaves: /\bexec\b|\bexit\b(?!\s+[1-9])/,
}

const node: Kind = {
  end: `;process.once('beforeExit', () => import('node:assert').then(({default: assert}) => {
  const checks = [() => assert(false), () => assert.ok(0), () => assert.equal(1, 2), () => assert.strictEqual('a', 'b'), () => assert.deepEqual([1], [2]),
    () => assert.deepStrictEqual({a: 1}, {a: 2}), () => assert.notStrictEqual(1, 1), () => assert.strict.equal(1, 2), () => assert.throws(() => {}), () => assert.fail()]
  for (const check of checks) {
    let threw = false
    try { check() } catch { threw = true }
    if (!threw) return
  }
  throw new Error('canary')
}))
`,
  leaves: /\bprocess\s*\.\s*(?:exit|reallyExit|kill|abort)\b|\bexitCode\b/,
}

const python: Kind = {
  end: "assert [] == [0], 'canary'\nraise AssertionError('canary')\n",
  leaves: /\b(?:sys\.exit|os\._exit|exit|quit|(?:unittest|pytest)\.main|execv\w*)\s*\(|\bSystemExit\b/,
}

const kindOf = (path: string, text: string): Kind | undefined => {
  if (/\.(?:sh|bash)$/.test(path) || /^#!.*\b(?:ba|da)?sh\b/.test(text)) return shell
  if (/\.[cm]?[jt]s$/.test(path)) return node
  return path.endsWith('.py') ? python : undefined
}

const decode = (content: Uint8Array | undefined): string => (content === undefined ? '' : new TextDecoder().decode(content))

/** Did anything that the script loads leave by itself already at the start? Then it may be left for a good reason. */
const leftAtStart = (site: GateSite, kind: Kind, script: string): boolean => {
  const stems = new Set(importing(script))
  // What stands below runs only where the file is a program of its own.
  const texts = [...site.start.keys()].filter(isSourceCode).map((path) => ({path, text: decode(site.read(path, 'start')).split(/^if __name__/m)[0] as string}))
  for (const stem of stems)
    for (const {path, text} of texts) {
      if (stemOf(path) !== stem) continue
      if (kind.leaves.test(text)) return true
      for (const next of importing(text)) stems.add(next)
    }
  return false
}

const maxScripts = 4

export interface Script {
  path: string
  /** The script with an end that must fail. */
  text: string
}

/** The scripts on a laid tree that may be given another end. */
export const endable = (site: GateSite, laid: Laid, paths: readonly string[]): Script[] =>
  paths
    .flatMap((path): Script[] => {
      const full = join(laid.dir, path)
      const text = existsSync(full) ? readFileSync(full, 'utf8') : ''
      const kind = kindOf(path, text)
      return kind === undefined || text === '' || kind.leaves.test(text) || leftAtStart(site, kind, text)
        ? []
        : [{path, text: `${text.trimEnd()}\n\n${kind.end}`}]
    })
    .slice(0, maxScripts)

/** Runs with the script changed, and puts it back. */
export const withEnd = async <T>(laid: Laid, {path, text}: Script, run: () => Promise<T>): Promise<T> => {
  const full = join(laid.dir, path)
  const kept = readFileSync(full, 'utf8')
  replaceFile(full, text)
  try {
    return await run()
  } finally {
    replaceFile(full, kept)
  }
}
