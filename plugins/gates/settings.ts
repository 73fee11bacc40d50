// What of the tests and their settings differs between the start of a run and now, and trees laid accordingly.

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {GateSite, Laid} from '../../engine/plugin.ts'
import {isMixed, merged, settingsIn} from './manifest.ts'
import {replaceFile} from './run.ts'
import type {Steps} from './steps.ts'
import {isSetting, isTestish, matchesAny} from './testish.ts'

export interface Difference {
  /** Testish paths that were there and are different or gone, minus those that may change. */
  edited: string[]
  /** Testish paths that were not there. */
  added: string[]
  /** Does anything at all differ between start and now? */
  any: boolean
}

const textAt = (site: GateSite, path: string, when: 'start' | 'now'): string | undefined => {
  const content = site.read(path, when)
  return content === undefined ? undefined : new TextDecoder().decode(content)
}

const differs = (site: GateSite, path: string): boolean => {
  const before = site.start.get(path)
  const after = site.now.get(path)
  return before?.sha256 !== after?.sha256 || before?.mode !== after?.mode
}

const settingsAt = (site: GateSite, path: string, when: 'start' | 'now', command: string): string => settingsIn(path, textAt(site, path, when), command)

const settingsDiffer = (site: GateSite, path: string, command: string): boolean =>
  settingsAt(site, path, 'start', command) !== settingsAt(site, path, 'now', command)

export const differenceOf = (site: GateSite, {isStep, command}: Steps): Difference => {
  const difference: Difference = {edited: [], added: [], any: false}
  for (const path of new Set([...site.start.keys(), ...site.now.keys()])) {
    if (!differs(site, path)) continue
    difference.any = true
    const mixed = isMixed(path)
    if (mixed ? !settingsDiffer(site, path, command) : !isTestish(path, site.start) && !isStep(path)) continue
    if (matchesAny(path, site.testEdits)) continue
    // A manifest that said nothing about tests has none to be edited.
    const held = mixed ? settingsAt(site, path, 'start', command) !== settingsIn(path, undefined, command) : site.start.has(path)
    if (held) difference.edited.push(path)
    else difference.added.push(path)
  }
  difference.edited.sort()
  return difference
}

/** `strict`: new tests are left out too. Otherwise only old ones are put back, and new settings left out. */
export const layOld = (site: GateSite, strict: boolean, {isStep, command}: Steps): Laid => {
  const isOld = (path: string): boolean => isStep(path) || (isTestish(path, site.start) && (strict || site.start.has(path) || isSetting(path)))
  const old = (path: string): boolean => isOld(path) && !matchesAny(path, site.testEdits)
  const laid = site.lay(old)
  for (const path of site.now.keys()) {
    if (!isMixed(path) || !differs(site, path) || !settingsDiffer(site, path, command) || matchesAny(path, site.testEdits)) continue
    const full = join(laid.dir, path)
    if (existsSync(full)) replaceFile(full, merged(path, textAt(site, path, 'start'), textAt(site, path, 'now') ?? '', command))
  }
  return laid
}

/** Tests, their data and settings, of the start and of now. */
export const testishOf = (site: GateSite, {isStep}: Steps): string[] =>
  [...new Set([...site.start.keys(), ...site.now.keys()])].filter((path) => isMixed(path) || isStep(path) || isTestish(path, site.start))

/** One text for a tree: equal trees have equal texts. */
export const treeKey = (tree: GateSite['start']): string =>
  [...tree]
    .map(([path, entry]) => `${entry.mode} ${entry.sha256} ${path}`)
    .sort()
    .join('\n')
