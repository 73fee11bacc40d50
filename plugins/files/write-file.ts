// What `write` does. A file that is there is replaced only by somebody who has seen it, unless it is short enough
// to be rewritten on purpose; its line ends, mark and final line end stay as they were.

import {fail, many, type Site, type Told} from '../../engine/plugin.ts'
import {refuseStale} from './edit-file.ts'
import type {WriteInput} from './input.ts'
import {writablePlace} from './place.ts'
import {save} from './save.ts'
import {refuseBroken} from './syntax.ts'
import {isBinary, parseText, readBytes, redressed, sha256, toLf} from './text.ts'

/** Up to this size an unseen file may be overwritten. */
const shortBytes = 2048

const before = (path: string, file: string, real: string, site: Site) => {
  const bytes = readBytes(file, path)
  if (!bytes) return undefined
  if (isBinary(bytes)) return fail('file.binary', {path})
  const old = parseText(bytes, path)
  refuseStale(site, real, path, old.sha256)
  if (bytes.length > shortBytes && !site.seen.has(real)) return fail('file.unread', {path})
  return old
}

export const writeFile = async (input: WriteInput, site: Site): Promise<Told> => {
  const place = writablePlace(input.path, site)
  const old = before(input.path, place.file, place.real, site)
  const after = old ? redressed(old, input.text) : input.text
  const lines = after === '' ? 0 : after.split('\n').length - (after.endsWith('\n') ? 1 : 0)
  const result = {path: input.path, lines, bytes: Buffer.byteLength(after), created: !old}
  if (old && after === old.original) return {model: `${input.path} already has exactly this content`, line: `unchanged ${input.path}`, result}
  await refuseBroken(site, input.path, old?.text, toLf(after.replace(/^\uFEFF/, '')))
  save(place.file, input.path, after)
  site.seen.set(place.real, sha256(after))
  const what = `${old ? 'rewrote' : 'created'} ${input.path} (${many(lines, 'line')})`
  return {model: what, line: what, result}
}
