// What `apply_patch` does: every file's new content is made and checked first; only then is anything written, and
// if the disk refuses one, those already written are put back.

import {chmodSync, existsSync, rmSync, statSync} from 'node:fs'
import {fail, type Site, type Told} from '../../engine/plugin.ts'
import {refuseStale} from './edit-file.ts'
import type {PatchInput} from './input.ts'
import {missing} from './missing.ts'
import {type FilePatch, parsePatch} from './patch-parse.ts'
import {placeHunks} from './patch-place.ts'
import {writablePlace} from './place.ts'
import {save} from './save.ts'
import {refuseBroken} from './syntax.ts'
import {openText, readBytes, sha256, spliced, toLf} from './text.ts'

interface Step {
  path: string
  real: string
  file: string
  /** undefined: the file goes. */
  content: string | undefined
  before: Buffer | undefined
  /** Mode to give to a file that was moved. */
  mode?: number
}

interface Planned {
  steps: Step[]
  line: string
}

const refuse = (why: string): never => fail('patch.rejected', {why, near: 'nothing was written'})

const merged = (files: readonly FilePatch[]): FilePatch[] => {
  const out: FilePatch[] = []
  for (const file of files) {
    const same = out.find(({path}) => path === file.path)
    if (!same) out.push({...file, hunks: [...file.hunks]})
    else if (same.do === 'change' && file.do === 'change') same.hunks.push(...file.hunks)
    else refuse(`${file.path} is in it twice`)
  }
  return out
}

const newFile = async (patch: FilePatch, site: Site): Promise<Planned> => {
  const {real, file} = writablePlace(patch.path, site)
  if (existsSync(file)) return refuse(`${patch.path} is to be added, and exists`)
  const lines = patch.hunks.flatMap(({fresh}) => fresh)
  const ends = patch.hunks.at(-1)?.bareEnd?.fresh ? '' : '\n'
  const content = lines.length === 0 ? '' : lines.join('\n') + ends
  await refuseBroken(site, patch.path, undefined, content)
  return {steps: [{path: patch.path, real, file, content, before: undefined}], line: `created ${patch.path}`}
}

const goneFile = (patch: FilePatch, site: Site): Planned => {
  const {real, file} = writablePlace(patch.path, site)
  const before = readBytes(file, patch.path) ?? missing(patch.path, site)
  refuseStale(site, real, patch.path, sha256(before))
  return {steps: [{path: patch.path, real, file, content: undefined, before}], line: `deleted ${patch.path}`}
}

const changedFile = async (patch: FilePatch, site: Site): Promise<Planned> => {
  const {real, file} = writablePlace(patch.path, site)
  const old = openText(file, patch.path) ?? missing(patch.path, site)
  refuseStale(site, real, patch.path, old.sha256)
  const content = spliced(old, placeHunks(patch.path, old.text, patch.hunks))
  const before = Buffer.from(old.original)
  if (content === old.original && patch.moveTo === undefined) return fail('edit.same', {path: patch.path})
  await refuseBroken(site, patch.moveTo ?? patch.path, old.text, toLf(content.replace(/^\uFEFF/, '')))
  const add = patch.hunks.reduce((sum, hunk) => sum + hunk.fresh.length, 0) - patch.hunks.reduce((sum, hunk) => sum + hunk.old.length, 0)
  const counts = `${patch.hunks.length} ${patch.hunks.length === 1 ? 'hunk' : 'hunks'}, ${add >= 0 ? '+' : ''}${add} lines`
  if (patch.moveTo === undefined) return {steps: [{path: patch.path, real, file, content, before}], line: `changed ${patch.path} (${counts})`}
  const target = writablePlace(patch.moveTo, site)
  if (existsSync(target.file)) return refuse(`${patch.moveTo} exists already`)
  const mode = statSync(file).mode & 0o7777
  const moved: Step = {path: patch.moveTo, real: target.real, file: target.file, content, before: undefined, mode}
  return {steps: [moved, {path: patch.path, real, file, content: undefined, before}], line: `moved ${patch.path} to ${patch.moveTo} (${counts})`}
}

const perform = (step: Step): void => {
  if (step.content === undefined) rmSync(step.file)
  else save(step.file, step.path, step.content)
  if (step.mode !== undefined) chmodSync(step.file, step.mode)
}

const putBack = (step: Step): void => {
  if (step.before === undefined) rmSync(step.file, {force: true})
  else save(step.file, step.path, step.before)
}

const performAll = (steps: readonly Step[]): void => {
  for (const [at, step] of steps.entries()) {
    try {
      perform(step)
    } catch (thrown) {
      for (const done of steps.slice(0, at).reverse()) putBack(done)
      throw thrown
    }
  }
}

const note = (site: Site, step: Step): void => {
  if (step.content === undefined) site.seen.delete(step.real)
  else site.seen.set(step.real, sha256(step.content))
}

export const patchFiles = async (input: PatchInput, site: Site): Promise<Told> => {
  const planned: Planned[] = []
  for (const patch of merged(parsePatch(input.patch)))
    planned.push(patch.do === 'add' ? await newFile(patch, site) : patch.do === 'delete' ? goneFile(patch, site) : await changedFile(patch, site))
  // What is deleted goes last: it is the one thing that could not be put back as it was.
  const all = planned.flatMap((one) => one.steps)
  const steps = [...all.filter(({content}) => content !== undefined), ...all.filter(({content}) => content === undefined)]
  performAll(steps)
  for (const step of steps) note(site, step)
  const line = planned.map((one) => one.line).join('; ')
  return {model: line, line: `patch: ${line}`, result: {paths: steps.map(({path}) => path)}}
}
