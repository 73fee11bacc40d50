// Reading a role card: a Markdown file whose head names the role and its tools and whose body is the prompt.
//   ---
//   name: coder
//   purpose: one line
//   tools: read, edit, shell
//   writes: true
//   ---
//   prompt …
// Only these four keys; anything else is a mistake worth telling.

import type {Role} from '../contract/role.ts'

const keys = ['name', 'purpose', 'tools', 'writes']

/** Throws a plain Error naming the line when the card is malformed. */
export const parseRole = (card: string, from: string): Role => {
  const found = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(card.replaceAll('\r\n', '\n'))
  if (!found) throw new Error(`${from}: a role card begins with a head between two lines of ---`)
  const head = new Map<string, string>()
  for (const text of (found[1] as string).split('\n')) {
    const cut = text.indexOf(':')
    const key = text.slice(0, cut).trim()
    if (cut === -1 || !keys.includes(key)) throw new Error(`${from}: "${text}" is not one of ${keys.join(', ')}`)
    head.set(key, text.slice(cut + 1).trim())
  }
  const name = head.get('name')
  if (!name) throw new Error(`${from}: the card has no name`)
  return {
    name,
    purpose: head.get('purpose') ?? '',
    prompt: (found[2] as string).trim(),
    tools: (head.get('tools') ?? '').split(',').flatMap((tool) => tool.trim() || []),
    writes: head.get('writes') === 'true',
  }
}
