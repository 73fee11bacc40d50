// A keeper in this very process, behind its real door: what test/flow shows through the keeper's own process is shown here
// step by step. Runs answer from recordings, agents work in this process; the terminals and their programs are real.

import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {openScreenDoor} from '../../engine/link/screens.ts'
import type {Flags} from '../../source/context.ts'
import {type Keeper, openKeeper} from '../../source/keeper/keeper.ts'
import type {TakeOver} from '../../source/keeper/start.ts'
import {projectHere} from '../../source/project-here.ts'
import type {repository} from './hosted.ts'
import {openTestScreen, type TestScreen} from './keeper.ts'

export interface KeeperHere extends AsyncDisposable {
  keeper: Keeper
  /** A screen that has been told all that happened before it came. */
  screen(more?: Parameters<typeof openTestScreen>[1]): Promise<TestScreen>
  /** What it told its process: the session's names, the groups of its terminals, that its last screen wanted the end. */
  told: {names: string[]; groups: number[][]; stops: number}
  close(): Promise<void>
}

const word = 'a-word-of-the-test'
let doors = 0

export const keeperHere = async (repo: ReturnType<typeof repository>, flags: Flags = {}, takesOver?: TakeOver): Promise<KeeperHere> => {
  const context = repo.context({flags: {json: undefined, ...flags}})
  const told: KeeperHere['told'] = {names: [], groups: [], stops: 0}
  const keeper = openKeeper({
    context,
    project: projectHere(context),
    named: (session) => told.names.push(session),
    groups: (pids) => told.groups.push(pids),
    moved: () => undefined,
    stop: () => {
      told.stops += 1
    },
  })
  doors += 1
  const dir = join(repo.top, `door-${doors}`)
  mkdirSync(dir, {mode: 0o700})
  const door = await openScreenDoor(dir, word, (link, hello) => keeper.arrived(link, hello))
  if (takesOver) keeper.takeOver(takesOver)
  const screens: TestScreen[] = []
  const close = async (): Promise<void> => {
    await keeper.close('the test is over')
    for (const screen of screens) screen.drop()
    door.close()
  }
  return {
    keeper,
    told,
    screen: async (more) => {
      const screen = await openTestScreen(door.word, more)
      screens.push(screen)
      await screen.until((message) => message.tell === 'caught-up')
      return screen
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
