// Carries out what the screen's state asks of the world: words to the keeper, the clipboard, the person's editor, files
// to complete, the terminal's own settings. One wish at a time, none of them blocking the keys.

import type {KeeperSays, PaneId, ScreenSays} from '../../engine/contract/screen.ts'
import type {Action, Effect} from '../../stores/action.ts'
import type {PaneView} from './pane-view.ts'

export interface World {
  says(message: ScreenSays): void
  dispatch(action: Action): void
  /** Copy mode, scrolling and search of the panes. */
  view: PaneView
  /** Copies, and says how. */
  copy(text: string): Promise<string>
  /** The person's editor on the prompt. */
  edit(effect: Extract<Effect, {do: 'edit'}>): Promise<void>
  /** undefined: another question followed before there was an answer. */
  find(text: string): Promise<readonly string[] | undefined>
  remember(text: string): void
  notify(text: string): void
  mouse(on: boolean): void
  redraw(): void
  suspend(): void
  leave(stop: boolean): void
}

const failed = (world: World, what: string) => (thrown: unknown) =>
  world.dispatch({do: 'toast', text: `${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, tone: 'bad'})

export const carryOut = (world: World, effect: Effect): void => {
  switch (effect.do) {
    case 'send':
      return world.says(effect.says)
    case 'copy':
      void world.copy(effect.text).then((how) => world.dispatch({do: 'toast', text: how}), failed(world, 'copy'))
      return
    case 'edit':
      void world.edit(effect).catch(failed(world, 'editor'))
      return
    case 'find':
      void world.find(effect.for).then((items) => items && world.dispatch({do: 'found', for: effect.for, items}), failed(world, 'files'))
      return
    case 'remember':
      return world.remember(effect.text)
    case 'notify':
      return world.notify(effect.text)
    case 'mouse':
      return world.mouse(effect.on)
    case 'redraw':
      return world.redraw()
    case 'suspend':
      return world.suspend()
    case 'leave':
      return world.leave(effect.stop)
    case 'pane':
      return world.view.command(effect.pane, effect.command)
    case 'search':
      return world.view.search(effect.pane, effect.text)
    case 'pane-mouse':
      return world.view.mouse(effect.pane, effect.event)
  }
}

/** What the panes are told of it; the rest is for the state. */
export const feedPanes = (
  panes: {note(pane: Extract<KeeperSays, {tell: 'pane'}>['pane']): void; bytes(pane: PaneId, data: string, whole: boolean): void; gone(pane: PaneId): void},
  message: KeeperSays,
): boolean => {
  if (message.tell === 'pane') panes.note(message.pane)
  else if (message.tell === 'bytes') panes.bytes(message.pane, message.data, message.whole ?? false)
  else if (message.tell === 'gone') panes.gone(message.pane)
  return message.tell !== 'bytes'
}
