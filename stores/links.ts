// Hyperlinks of programs in panes (OSC 8), as numbers that fit beside the look of a cell. What a program names is passed on
// to the person's terminal only when it is an address that a person would follow, and can steer nothing.

/** In the word of a cell's underline: the rest is the number of a link. */
export const linkBit = 0x80000000

const followed = /^(?:https?|ftp|file|mailto):[!-~]+$/i
/** As long as terminals take them. */
const mostChars = 2083
/** A program that makes up new ones for ever gets no more. */
const mostLinks = 16_384

const numbers = new Map<string, number>()
const links: string[] = ['']

/** 0: none that is passed on. */
export const linkNumber = (uri: string): number => {
  const known = numbers.get(uri)
  if (known !== undefined) return known
  if (uri.length > mostChars || !followed.test(uri) || links.length > mostLinks) return 0
  numbers.set(uri, links.length)
  links.push(uri)
  return links.length - 1
}

export const linkOf = (word: number): number => (word >= linkBit ? word - linkBit : 0)

/** The bytes with which what is written next is that link; 0 ends one. */
export const linkBytes = (number: number): string => (number === 0 ? '\x1b]8;;\x1b\\' : `\x1b]8;id=p${number};${links[number] ?? ''}\x1b\\`)
