// argv → verb, words, flags, read strictly against the table of verbs. Pure. Every refusal says what to type.

import {bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import {isNear, nearest} from './nearest.ts'
import {dashed, type Flag, findVerb, flagsOf, notYet, type Verb, verbs} from './verbs.ts'

type Value = string | number | boolean | string[]

export interface Read {
  verb: Verb
  /** True when no verb was typed: `penguin "prompt"`. */
  bare: boolean
  words: string[]
  flags: Record<string, Value>
}

const wrong = (why: string, hint: string): {ok: false; error: ReturnType<typeof fault>} => bad(fault('usage.words', {why, hint}))

/** `-mNAME` becomes `-m=NAME`. A word with blanks in it is more likely a prompt that begins with a dash. */
const parted = (word: string, flags: readonly Flag[]): string =>
  /^-[A-Za-z][^\s=]\S*$/.test(word) && flags.some(({short, type}) => short === word[1] && type !== 'boolean') ? `${word.slice(0, 2)}=${word.slice(2)}` : word

/** The flag that a word such as `--max-calls`, `--max-calls=5` or `-m` names. */
const flagFor = (word: string, flags: readonly Flag[]): Flag | undefined => {
  const name = word.split('=', 1)[0] as string
  return flags.find((flag) => name === dashed(flag.name) || (flag.short && name === `-${flag.short}`))
}

const looksLikeFlag = (word: string): boolean => word.length > 1 && word.startsWith('-')

/** Flags that may stand before the verb: to step over their values on the way to it. */
const early: readonly Flag[] = flagsOf(findVerb('run') as Verb)

/** Where the verb stands in argv: the first word that is neither a flag nor a flag's value; -1 if there is none. */
const verbAt = (argv: readonly string[]): number => {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string
    if (word === '--') return -1
    if (!looksLikeFlag(word)) return at
    const flag = flagFor(word, early)
    if (flag && flag.type !== 'boolean' && !word.includes('=')) at++
  }
  return -1
}

const verbNames = (): string[] => verbs.map((verb) => verb.name)

const isTypo = (word: string, known: string): boolean =>
  word.length > 2 &&
  known.length > 2 &&
  [...word].filter((letter) => known.includes(letter)).length >= known.length - 1 &&
  Math.abs(word.length - known.length) <= 2

/** A single word that is a verb of another version, or nearly one of ours, is no prompt. */
const refuseWord = (word: string): Envelope<never> | undefined => {
  if (/\s/.test(word)) return undefined
  if (notYet.includes(word)) return wrong(`\`${word}\` is not in this version`, 'penguin help shows what is; to send it as a prompt: penguin run "…"')
  const near = nearest(word, verbNames())
  if (near && isTypo(word.toLowerCase(), near))
    return wrong(`there is no verb \`${word}\``, `did you mean penguin ${near}? To send it as a prompt: penguin run "${word}"`)
  return undefined
}

const refuseFlag = (word: string, verb: Verb): Envelope<never> => {
  const name = word.split('=', 1)[0] as string
  const elsewhere = verbs.filter((other) => flagFor(word, other.flags)).map((other) => other.name)
  const near = nearest(
    name,
    flagsOf(verb).map((flag) => dashed(flag.name)),
  )
  const say = near && isNear(name, near) ? `did you mean ${near}?` : `penguin help ${verb.name} shows those it has.`
  const hint = elsewhere.length > 0 ? `it belongs to penguin ${elsewhere.join(', ')}` : `${say} A prompt that begins with a dash goes after --`
  return wrong(`penguin ${verb.name} has no flag ${name}`, hint)
}

const numberOf = (flag: Flag, text: string): Envelope<number> => {
  const value = Number(text)
  const kind = flag.whole ? 'a whole number' : 'a number'
  const fine = text.trim() !== '' && Number.isFinite(value) && (!flag.whole || Number.isSafeInteger(value)) && (flag.any || value > 0)
  return fine
    ? good(value)
    : wrong(
        `${dashed(flag.name)} needs ${kind}${flag.any ? '' : ' above 0'}, not "${text}"`,
        `for example ${dashed(flag.name)} ${flag.name === 'maxUsd' ? '0.50' : '20'}`,
      )
}

const readValue = (flag: Flag, text: string): Envelope<string | number> => {
  if (flag.type === 'number') return numberOf(flag, text)
  if (flag.values && !flag.values.includes(text)) {
    const near = nearest(text, flag.values)
    const say = near && isNear(text, near) ? `did you mean ${dashed(flag.name)} ${near}?` : `${dashed(flag.name)} ${flag.value}: ${flag.what}`
    return wrong(`${dashed(flag.name)} takes ${flag.values.join(', ')}, not "${text}"`, say)
  }
  return text.trim() === '' ? wrong(`${dashed(flag.name)} needs ${flag.value}`, `${dashed(flag.name)} ${flag.value}: ${flag.what}`) : good(text)
}

const refusePair = (flags: Record<string, Value>): Envelope<never> | undefined => {
  const pair = (left: string, right: string) => wrong(`${dashed(left)} and ${dashed(right)} exclude each other`, 'give one of them')
  if (flags.check && flags.noCheck) return pair('check', 'noCheck')
  if (flags.resume && flags.continue) return pair('resume', 'continue')
  if (flags.json && flags.output && flags.output !== 'stream-json') return pair('json', 'output')
  return undefined
}

/** The verb's own words and flags. `--` ends the flags; `-` is a word. */
export const readFlags = (verb: Verb, argv: readonly string[]): Envelope<{words: string[]; flags: Record<string, Value>}> => {
  const words: string[] = []
  const flags: Record<string, Value> = {}
  for (let at = 0; at < argv.length; at++) {
    const word = parted(argv[at] as string, flagsOf(verb))
    if (word === '--') {
      words.push(...argv.slice(at + 1))
      break
    }
    if (!looksLikeFlag(word)) {
      words.push(word)
      continue
    }
    const flag = flagFor(word, flagsOf(verb))
    if (!flag) return refuseFlag(word, verb)
    const cut = word.indexOf('=')
    if (flag.type === 'boolean') {
      if (cut > 0) return wrong(`${dashed(flag.name)} takes no value`, `leave out ${word.slice(cut)}`)
      flags[flag.name] = true
      continue
    }
    const given = cut > 0 ? word.slice(cut + 1) : argv[++at]
    if (given === undefined || (cut < 0 && (given === '--' || flagFor(given, flagsOf(verb)))))
      return wrong(`${dashed(flag.name)} needs ${flag.value}`, `${dashed(flag.name)} ${flag.value}: ${flag.what}`)
    const value = readValue(flag, given)
    if (!value.ok) return value
    const before = flags[flag.name]
    if (before !== undefined && !flag.many) return wrong(`${dashed(flag.name)} is given twice`, 'give it once')
    flags[flag.name] = flag.many ? [...((before as string[] | undefined) ?? []), value.result as string] : value.result
  }
  return refusePair(flags) ?? good({words, flags})
}

const refuseWords = (verb: Verb, words: readonly string[]): Envelope<never> | undefined => {
  const usage = verb.usage.map((line) => `penguin ${line}`).join('\n       ')
  const [action] = words
  if (verb.actions && action === undefined && !verb.first) return wrong(`penguin ${verb.name} needs one of: ${Object.keys(verb.actions).join(', ')}`, usage)
  if (verb.actions && action !== undefined && !Object.hasOwn(verb.actions, action))
    return wrong(`penguin ${verb.name} has no \`${action}\``, `did you mean penguin ${verb.name} ${nearest(action, Object.keys(verb.actions))}?`)
  if (words.length > verb.words) return wrong(`penguin ${verb.name} takes no \`${words[verb.words]}\``, usage)
  return undefined
}

/** Fails with: usage.words. */
export const readWords = (argv: readonly string[]): Envelope<Read> => {
  const at = verbAt(argv)
  const typed = at < 0 ? undefined : findVerb(argv[at] as string)
  const verb = typed ?? (findVerb('run') as Verb)
  const read = readFlags(verb, typed ? argv.toSpliced(at, 1) : argv)
  if (!read.ok) return read
  const {words, flags} = read.result
  if (flags.help || flags.version) return good({verb, bare: !typed, words, flags})
  if (!typed && at >= 0) {
    const refused = refuseWord(argv[at] as string)
    if (refused) return refused as Envelope<Read>
    const said = words.filter((word) => word !== '-')
    if (said.length > 1) return wrong(`\`${said[0]}\` is no verb, and a prompt is one word`, 'put the prompt in quotes: penguin "…"')
  }
  return refuseWords(verb, words) ?? good({verb, bare: !typed, words, flags})
}
