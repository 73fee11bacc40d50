// Whose turn it is to begin the next keeper: one at a time, also when those who had it were killed.

import {mkdirSync, readdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {foldersOf} from '../../../source/folders.ts'
import {isBetweenKeepers, listKeepers, takeTurn} from '../../../source/keeper/registry.ts'
import {ownTag} from '../../../source/leftovers.ts'
import {tempFolder} from '../../kit/temp.ts'

/** Of processes that there cannot be. */
const [dead, deadToo] = ['zzzzz-1', 'zzzzz-2']

const opened = () => {
  const home = tempFolder()
  const env = {HOME: home, XDG_RUNTIME_DIR: home}
  const {runtime} = foldersOf(env)
  mkdirSync(runtime, {recursive: true})
  const links = (): string[] => readdirSync(runtime).sort()
  return {env, links, leave: (name: string, holder: string) => symlinkSync(holder, join(runtime, name))}
}

describe('the turn to begin a keeper', () => {
  it('is one screen’s at a time, and of each session apart', () => {
    const {env, links} = opened()
    const done = takeTurn(env, 'r_one')
    expect(done).toBeTypeOf('function')
    expect(takeTurn(env, 'r_one')).toBeUndefined()
    expect(takeTurn(env, 'r_two')).toBeTypeOf('function')
    expect(isBetweenKeepers(env, '/p')).toBe(true)
    done?.()
    expect(links()).toEqual(['t_r_two'])
    expect(takeTurn(env, 'r_one')).toBeTypeOf('function')
  })

  it.each([1, 2])('comes after %i who were killed with it, is taken once, and nothing of them is left when it is given back', (deaths) => {
    const {env, links, leave} = opened()
    leave('t_r_one', dead)
    if (deaths > 1) leave(`t_r_one~${dead}`, deadToo)
    const done = takeTurn(env, 'r_one')
    expect(done).toBeTypeOf('function')
    expect(takeTurn(env, 'r_one')).toBeUndefined()
    // Whoever looks for keepers clears away what the dead left, but not from under who has the turn.
    listKeepers(env)
    expect(takeTurn(env, 'r_one')).toBeUndefined()
    done?.()
    expect(links()).toEqual([])
  })

  it('is not had by who comes after the dead while another has begun anew', () => {
    const {env, leave} = opened()
    leave('t_r_one', ownTag())
    leave(`t_r_one~${dead}`, deadToo)
    expect(takeTurn(env, 'r_one')).toBeUndefined()
  })

  it('that somebody died with is cleared away by whoever looks for keepers', () => {
    const {env, links, leave} = opened()
    leave('t_r_one', dead)
    leave(`t_r_two~${dead}`, deadToo)
    expect(isBetweenKeepers(env, '/p')).toBe(false)
    expect(listKeepers(env)).toEqual([])
    expect(links()).toEqual([])
  })
})
