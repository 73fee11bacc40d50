import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {foldersOf} from '../../source/folders.ts'
import {tempFolder} from '../kit/temp.ts'

describe('the folders outside the project', () => {
  it('are those of the home, or of the XDG variables that are whole paths', () => {
    const home = tempFolder({})
    const cache = join(home, 'elsewhere')
    expect(foldersOf({HOME: home, XDG_CACHE_HOME: cache, XDG_STATE_HOME: 'relative'})).toEqual({
      config: join(home, '.config/penguin'),
      cache: join(cache, 'penguin'),
      state: join(home, '.local/state/penguin'),
      runtime: join(cache, 'penguin/run'),
    })
  })

  it('are under /tmp, for this account alone, when the home cannot be written', () => {
    const home = join(tempFolder({home: 'a file'}), 'home')
    const spare = `/tmp/penguin-${process.getuid?.() ?? 0}`
    expect(foldersOf({HOME: home})).toMatchObject({cache: join(spare, 'cache'), state: join(spare, 'state'), runtime: join(spare, 'cache/run')})
  })
})
