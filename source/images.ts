// The images that a person named in their words (`@shot.png`), read for a model that can see. Only what is an image by its
// first bytes is ever read whole; what cannot be shown is said to the model in its place.

import {readFileSync, statSync} from 'node:fs'
import {homedir} from 'node:os'
import {isAbsolute, join} from 'node:path'
import type {ImagePart, Message} from '../engine/contract/message.ts'
import {imagePaths} from '../engine/prompt/images.ts'

/** Providers refuse larger ones, and many in one message. */
const mostBytes = 5 * 1024 * 1024
const mostImages = 8

const typeOf = (bytes: Buffer): ImagePart['mime'] | undefined => {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (/^GIF8[79]a/.test(bytes.subarray(0, 6).toString('latin1'))) return 'image/gif'
  return bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP' ? 'image/webp' : undefined
}

type Read = {image: ImagePart} | {why: string}

const readIn = (dirs: readonly string[], path: string): Read => {
  const whole = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
  for (const file of isAbsolute(whole) ? [whole] : dirs.map((dir) => join(dir, whole))) {
    const found = statSync(file, {throwIfNoEntry: false})
    if (!found?.isFile()) continue
    if (found.size > mostBytes) return {why: `is larger than ${mostBytes / 1024 / 1024} MB`}
    const bytes = readFileSync(file)
    const mime = typeOf(bytes)
    return mime ? {image: {path, mime, base64: bytes.toString('base64')}} : {why: 'is no PNG, JPEG, GIF or WebP image'}
  }
  return {why: 'was not found'}
}

const noted = (text: string, notes: readonly string[]): string => (notes.length > 0 ? `${text}\n\n${notes.map((note) => `[${note}]`).join('\n')}` : text)

export interface Images {
  /** The message with its images, or with what is said instead of them; any other message as it is. */
  shown(message: Message, sees: boolean): Message
}

/** `dirs`: where a path may begin, the first that has it counts. */
export const openImages = (dirs: readonly string[]): Images => {
  // A conversation must not change behind the model's back: each message's images are read once.
  const seen = new WeakMap<Message, Message>()
  const blind = new WeakMap<Message, Message>()

  const withImages = (message: Message & {from: 'user'}, paths: readonly string[]): Message => {
    const read = paths.map((path) => ({path, ...safely(dirs, path)}))
    const images = read.flatMap((one) => ('image' in one ? [one.image] : []))
    const notes = read.flatMap((one) => ('why' in one ? [`${one.path} ${one.why}: it is not shown`] : []))
    return {...message, text: noted(message.text, notes), ...(images.length > 0 ? {images} : {})}
  }
  const without = (message: Message & {from: 'user'}, paths: readonly string[]): Message => ({
    ...message,
    text: noted(
      message.text,
      paths.map((path) => `${path} is an image, and you cannot see images: say so if it matters`),
    ),
  })

  return {
    shown: (message, sees) => {
      if (message.from !== 'user' || !message.text.includes('@')) return message
      const known = (sees ? seen : blind).get(message)
      if (known) return known
      const paths = imagePaths(message.text).slice(0, mostImages)
      const made = paths.length === 0 ? message : sees ? withImages(message, paths) : without(message, paths)
      ;(sees ? seen : blind).set(message, made)
      return made
    },
  }
}

const safely = (dirs: readonly string[], path: string): Read => {
  try {
    return readIn(dirs, path)
  } catch {
    return {why: 'cannot be read'}
  }
}
