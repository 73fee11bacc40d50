// The prompt through an editor that is a small shell script: what it saves comes back, and nothing stays behind.

import {chmodSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {editOutside, editorOf} from '../../../source/screen/external-editor.ts'
import {tempFolder} from '../../kit/temp.ts'

const script = (lines: string) => {
  const folder = tempFolder({'my editor': `#!/bin/sh\n${lines}\n`})
  chmodSync(join(folder, 'my editor'), 0o755)
  return {folder, editor: `'${join(folder, 'my editor')}' --wait`, env: {PATH: '/usr/bin:/bin', HOME: folder, SEEN: join(folder, 'seen')}}
}

const edited = async (lines: string, text: string, command?: string) => {
  const {folder, editor, env} = script(lines)
  const order: string[] = []
  const lend = async <T>(work: () => Promise<T>): Promise<T> => {
    order.push('out')
    try {
      return await work()
    } finally {
      order.push('back')
    }
  }
  const result = await editOutside(text, {env: {...env, EDITOR: command ?? editor}, lend, folder})
  const seen = readdirSync(folder).includes('seen') ? readFileSync(join(folder, 'seen'), 'utf8') : ''
  return {result, seen, order, left: readdirSync(folder).filter((name) => name.startsWith('penguin'))}
}

describe("the person's editor", () => {
  it('gets the prompt in a private file and gives back what was saved', async () => {
    const got = await edited('test "$1" = --wait && cp "$2" "$SEEN" && ls -l "$2" | cut -c1-10 >> "$SEEN"; printf "new\\nlines\\n" > "$2"', 'old 漢字')
    expect(got).toEqual({result: {ok: true, text: 'new\nlines'}, seen: 'old 漢字\n-rw-------\n', order: ['out', 'back'], left: []})
  })

  it('that changes nothing leaves the prompt as it was', async () => {
    for (const text of ['', 'one', 'two\n\nlines']) expect((await edited('true', text)).result).toEqual({ok: true, text})
  })

  it('that fails or is not there is told, and the terminal comes back', async () => {
    const {result, order, left} = await edited('exit 3', 'x')
    expect(result).toMatchObject({ok: false, why: expect.stringContaining('ended with 3')})
    expect([order, left]).toEqual([['out', 'back'], []])
    expect((await edited('true', 'x', 'no-such-editor')).result).toEqual({ok: false, why: 'there is no no-such-editor'})
  })

  it('is VISUAL, then EDITOR, then vi', () => {
    expect(editorOf({VISUAL: 'code --wait', EDITOR: 'ed'})).toBe('code --wait')
    expect(editorOf({VISUAL: ' ', EDITOR: 'ed'})).toBe('ed')
    expect(editorOf({})).toBe('vi')
  })
})
