// What looks like a secret in a text, and the text without it: keys that are known by value, and tokens whose makers
// gave them a prefix, as far as their body is random enough to be real. Pure.
// Never touched: hashes, UUIDs, base64 and anything else without such a prefix, placeholders, examples of the docs.

import type {RunId} from '../engine/base/id.ts'
import type {Draft} from '../engine/contract/event.ts'
import type {AppendOptions, Journal} from '../engine/contract/journal.ts'
import {formsOf} from './secrets-forms.ts'

/** Stands where a secret stood. A model that writes it back would destroy the secret: see `holdsMark`. */
const mark = '[redacted secret]'

export const holdsMark = (text: string): boolean => text.includes(mark)

/** Shannon entropy, bits per character. */
export const entropyOf = (text: string): number => {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Letters and digits in one run, as no word or name has them. */
const isRandom = (body: string, leastBits: number): boolean =>
  /[A-Za-z0-9]{12,}/.test(body) &&
  /[0-9]/.test(body) &&
  /[A-Za-z]/.test(body) &&
  !/EXAMPLE|example|(.)\1{5}|0123456789|123456789|abcdefgh/.test(body) &&
  entropyOf(body) >= leastBits

interface Rule {
  /** Groups: what stays, the secret, and (with a third one) what stays after it. */
  find: RegExp
  leastBits: number
}

const rule = (find: RegExp, leastBits = 3): Rule => ({find, leastBits})

const rules: readonly Rule[] = [
  rule(/(?<![\w-])(sk-(?:proj-|svcacct-|ant-[a-z]+\d+-|or-v1-)?)([A-Za-z0-9_-]{20,240})/g),
  rule(/(?<![\w-])([rs]k_(?:live|test)_)([A-Za-z0-9]{20,})/g),
  rule(/(?<!\w)(gh[pousr]_)([A-Za-z0-9]{36,})/g),
  rule(/(?<!\w)(github_pat_)([A-Za-z0-9_]{40,})/g),
  rule(/(?<![\w-])(glpat-)([A-Za-z0-9_-]{20,})/g),
  rule(/(?<![\w-])(xox[abeprs]-)([A-Za-z0-9-]{20,})/g, 2.5),
  rule(/(?<![A-Za-z0-9])(A(?:KIA|SIA))([A-Z0-9]{16})(?![A-Za-z0-9])/g, 2.5),
  rule(/(?<![\w-])(AIza)([A-Za-z0-9_-]{35})(?![\w-])/g),
  rule(/(?<![\w.-])(ya29\.)([A-Za-z0-9_-]{30,})/g),
  rule(/(?<!\w)(hf_|gsk_|npm_|dop_v1_|shpat_|xai-)([A-Za-z0-9]{30,})/g),
  rule(/(?<!\w)(pypi-)([A-Za-z0-9_-]{50,})/g),
  rule(/(?<![\w.])(SG\.)([A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{30,})/g),
  // A JSON Web Token: two parts that begin as `{"` does in base64, and a signature.
  rule(/(?<![\w.-])(eyJ)([A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,})/g, 3.5),
  rule(/(\b[Bb]earer\s+)([A-Za-z0-9._~+/-]{24,}=*)/g, 3.5),
  rule(/(\b[a-z][a-z0-9+]{2,12}:\/\/[^\s/@:'"`]{1,64}:)([^\s/@'"`]{12,128})(@)/g, 3),
]

const quick =
  /sk-|[rs]k_(?:live|test)_|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|A(?:KIA|SIA)|AIza|ya29\.|hf_|gsk_|npm_|dop_v1_|shpat_|xai-|pypi-|SG\.|eyJ|-----BEGIN|[Bb]earer\s|:\/\/[^\s/@]{3,200}@/

const pem = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/g
/** Lines of base64, in a file, numbered, or as text in JSON. */
const pemBody = /(?:\\[nrt]|[A-Za-z0-9+/=\s])+/y

const withoutPem = (text: string): string => {
  let out = ''
  let at = 0
  pem.lastIndex = 0
  for (let found = pem.exec(text); found; found = pem.exec(text)) {
    pemBody.lastIndex = pem.lastIndex
    const body = pemBody.exec(text)?.[0] ?? ''
    if (body.length < 64 || !isRandom(body.replace(/\\[nrt]|\s/g, ''), 3.5)) continue
    out += `${text.slice(at, pem.lastIndex)}\n${mark}\n`
    at = pemBody.lastIndex
    pem.lastIndex = at
  }
  return out + text.slice(at)
}

/** The text without tokens that their prefix gives away. */
export const withoutTokens = (text: string): string => {
  if (text.length < 20 || !quick.test(text)) return text
  let out = text.includes('-----BEGIN') ? withoutPem(text) : text
  for (const {find, leastBits} of rules)
    out = out.replace(find, (whole, before: string, body: string, after: unknown) =>
      isRandom(body, leastBits) ? `${before}${mark}${typeof after === 'string' ? after : ''}` : whole,
    )
  return out
}

/** Shorter values would hit words. */
const leastValue = 8

export interface Cleaner {
  text(text: string): string
  /** Every text of a value, however deep; the same value when there is nothing in it. */
  value<T>(value: T): T
  /** The same for a text that may have been cut off: its end may be the beginning of a secret. */
  cut(text: string): string
}

interface Form {
  text: string
  letters: number
}

/** Which letters are in a text, folded into 32 bits: a form that has one more cannot be in it. */
const lettersOf = (text: string): number => {
  let letters = 0
  for (let at = 0; at < text.length; at += 1) letters |= 1 << (text.charCodeAt(at) & 31)
  return letters
}

/** Longer texts have all letters. */
const mostFolded = 4096

const formsBy = new WeakMap<readonly string[], {count: number; forms: readonly Form[]}>()

/** A list of values is the same one until a key is exchanged, and every text of a run is looked through for them. */
const wholeForms = (values: readonly string[]): readonly Form[] => {
  const known = formsBy.get(values)
  if (known?.count === values.length) return known.forms
  const forms = values.flatMap((secret) => (secret.length < leastValue ? [] : formsOf(secret))).map((text) => ({text, letters: lettersOf(text)}))
  formsBy.set(values, {count: values.length, forms})
  return forms
}

const withoutValues = (text: string, values: readonly string[]): string => {
  const letters = text.length > mostFolded ? -1 : lettersOf(text)
  let out = text
  for (const form of wholeForms(values))
    if ((form.letters & ~letters) === 0 && form.text.length <= text.length && out.includes(form.text)) out = out.replaceAll(form.text, mark)
  return out
}

/** Length of the longest end of the text with which one of the secrets begins, in any of its forms. */
const begunIn = (text: string, values: readonly string[]): number => {
  let most = 0
  for (const {text: form} of wholeForms(values)) {
    if (!form.includes(text.at(-1) ?? '')) continue
    for (let length = Math.min(form.length - 1, text.length); length > most; length -= 1) if (text.endsWith(form.slice(0, length))) most = length
  }
  return most
}

/** `values` are the secrets known by now; asked anew each time, because keys are exchanged while a run goes on. */
export const openCleaner = (values: () => readonly string[]): Cleaner => {
  const clean = (text: string): string => withoutTokens(withoutValues(text, values()))
  const each = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value)
    if (typeof value !== 'object' || value === null) return value
    // Nearly always there is nothing in it, and nothing is copied.
    const changed = new Map<string, unknown>()
    for (const name of Object.keys(value)) {
      const one = (value as Record<string, unknown>)[name]
      const cleaned = each(one)
      if (cleaned !== one) changed.set(name, cleaned)
    }
    if (changed.size === 0) return value
    if (Array.isArray(value)) return value.map((one, at) => changed.get(String(at)) ?? one)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, changed.get(name) ?? one]))
  }
  const cut = (text: string): string => {
    const whole = clean(text)
    const begun = begunIn(whole, values())
    return begun >= leastValue ? `${whole.slice(0, -begun)}${mark}` : whole
  }
  return {text: clean, value: <T>(value: T): T => each(value) as T, cut}
}

/**
 * The same for a text that comes in pieces: the end of a piece that may be the beginning of a known secret is held back
 * until more has come. Only for values, because a prefix alone says nothing.
 */
export const openPieces = (values: () => readonly string[], clean: Cleaner) => {
  let held = ''
  return {
    feed: (piece: string): string => {
      const text = clean.text(held + piece)
      const keep = begunIn(text, values())
      held = text.slice(text.length - keep)
      return text.slice(0, text.length - keep)
    },
    rest: (): string => {
      const text = held
      held = ''
      return text
    },
  }
}

/** The same journal, in which nothing is written or told that the cleaner finds. */
export const cleanedJournal = (journal: Journal, clean: Cleaner): Journal =>
  Object.assign(Object.create(journal) as Journal, {
    append: (run: RunId, drafts: readonly Draft[], options?: AppendOptions) => journal.append(run, drafts.map(clean.value), options),
    pass: (run: RunId, draft: Draft) => journal.pass(run, clean.value(draft)),
  })
