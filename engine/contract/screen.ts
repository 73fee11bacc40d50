// The second wire: what a screen and the keeper of a session say to each other (over a unix socket: ndjson, the bytes of
// panes as they are behind their line, as `engine/link/frames.ts` has it), and what a terminal's bytes mean once they are
// read. A session is a run and those that go on from it; its keeper is a process of its own, so that screens come and go
// while the work goes on.
//
// Everything that happened reaches a screen as the events of the journal; everything else here is either a wish of
// the person or the bytes of a pane. Nothing that a screen shows is told in a third way.

import type {Event} from './event.ts'
import type {SandboxState} from './sandbox.ts'

/** Columns and rows of cells, from 0. `width` and `height` are in cells. */
export interface Rect {
  x: number
  y: number
  width: number
  height: number
}

export interface Size {
  columns: number
  rows: number
}

/** `a_1` for an agent's terminal, `s_1` for one that the person opened with `!command`. */
export type PaneId = string

export interface PaneNote {
  /** Of an agent: its id, also when another process or the next run goes on under it. */
  pane: PaneId
  kind: 'agent' | 'shell'
  /** The role, or the command. */
  title: string
  size: Size
  /** How it ended; absent while it lives. */
  ended?: string
  /** What it shows was told again from the journal: its process is of an earlier day. */
  past?: true
}

/** What holds for the next request of the session; undefined: as configured. */
export interface SessionSettings {
  model?: string
  roleModels?: Record<string, string>
  permission?: 'ask' | 'edit' | 'auto' | 'plan'
  sandbox?: string
  candidates?: number
  maxTokens?: number
  maxUsd?: number
  maxCalls?: number
  maxTurns?: number
  allow?: string[]
  deny?: string[]
}

export interface SessionNote {
  version: string
  /** The id of the session: its first run; '' before any. */
  session: string
  pid: number
  root: string
  cwd: string
  /** The run in progress or the last one; '' before any. */
  run: string
  /** A run is in progress. */
  live: boolean
  settings: SessionSettings
  /** The routes, sandbox and checks that a request would have, as far as they are known before one. */
  route: string
  /** Nobody has named a model and there is none: what is used instead, and how to have one. */
  noModel?: string
  /** Whether the model of the next request sees images; absent: nobody knows. */
  sees?: boolean
  sandbox?: SandboxState
  /** Said while work was going on, to be sent when it ends. */
  queue: string[]
  screens: number
  git?: {branch: string; dirty: number}
  /** It is played from the journal: nobody is there, and its own time counts. */
  replay?: {seq: number; lastSeq: number; speed: number; paused: boolean; ended: boolean}
}

/** What is said of the session changes these; null: as configured again. */
export type SettingsChange = {[K in keyof SessionSettings]?: SessionSettings[K] | null}

/** A question of the keeper itself, before a run can be; it is answered like an ask of a run, by any screen. */
export interface SessionAsk {
  /** `trust`: the folder brings things that act for others. `sandbox`: commands cannot be confined here. */
  ask: 'trust' | 'sandbox'
  text: string
  /** `once`: for this session; `always`: kept for the folder; `deny`: nothing is run. */
  choices: ('once' | 'always' | 'deny')[]
}

/** What there is to choose from; only the keeper can see it. */
export type ChoicesOf = 'sessions' | 'models' | 'checkpoints'

export interface Choice {
  /** As it is typed. */
  value: string
  text: string
  about: string
  /** When it came to be, ms since 1970. */
  at?: number
}

/** Screen to keeper. `id`: the keeper answers with `answered`. */
export type ScreenSays =
  | {
      do: 'hello'
      token: string
      size: Size
      /** Events of the session after this run and seq are sent. */
      after?: {run: string; seq: number}
      /** How it speaks: a keeper of another build takes no screen that would misread it. */
      wire?: string
      /** How its folds are made: whoever makes them the same way sends what happened up to now folded, not told. */
      folds?: string
    }
  /**
   * `now`: the agents (or the one that `to` names) hear it before their next turn; `after`: it is the next request when
   * this one ends. Without work going on both begin a run, which goes on from the session's last one; no text then
   * means: go on from where it stopped.
   */
  | {do: 'say'; text: string; files?: string[]; when: 'now' | 'after'; to?: string}
  | {do: 'unqueue'; index: number}
  | {do: 'answer'; ask: string; choice: string; text?: string}
  /**
   * Stops what an agent (undefined: every one) does at this moment: its model call, its command, its question. It is told
   * and waits for the person's next words; words said before it stopped are taken at once. While no agent works
   * (the checks of a run) the run ends as interrupted, and the next words go on from it.
   */
  | {do: 'interrupt'; agent?: string}
  /** Ends the run in progress, in order. */
  | {do: 'end'}
  | {do: 'set'; settings: SettingsChange}
  /** Goes on with another session from here on, or with none. */
  | {do: 'resume'; run: string}
  | {do: 'fresh'}
  /** A command of the person, with the person's rights, in a pane of its own; '': their shell. */
  | {
      do: 'open'
      id: number
      command: string
      size: Size /** Words for the program itself: it is run as the session was, with the keys of its providers. */
      own?: string[]
    }
  /** Answered by `choices`. */
  | {do: 'choices'; of: ChoicesOf}
  /** Into an agent's terminal: a line is said to that agent, Ctrl-C interrupts it. */
  | {do: 'type'; pane: PaneId; data: string}
  | {do: 'size'; pane: PaneId; size: Size}
  /** Ends a shell's processes; the pane of something that has ended goes away. */
  | {do: 'shut'; pane: PaneId}
  /** `stop`: the session ends with its last screen; else it goes on. */
  | {do: 'leave'; stop: boolean}

/**
 * Keeper to screen. A new screen is told `session`, the panes with all they show, the events so far (each of them, or all
 * of them folded as `story`, a long one in its gist first, without what tools did long ago), `caught-up`; from there on
 * what happens. Panes are terminals already answered for: a screen must not send its emulator's replies.
 */
export type KeeperSays =
  | {tell: 'session'; session: SessionNote}
  | {tell: 'event'; event: Event}
  /** What the events of the session up to now come to, in the screen's own fold; `at`: of the newest of them. */
  | {tell: 'story'; view: object; at: number}
  /** All that happened before the screen came has been told. */
  | {tell: 'caught-up'}
  | {tell: 'pane'; pane: PaneNote}
  /** `whole`: the pane begins anew with these bytes. */
  | {tell: 'bytes'; pane: PaneId; data: string; whole?: true}
  | {tell: 'gone'; pane: PaneId}
  | {tell: 'answered'; id: number; ok: boolean; text: string; pane?: PaneId}
  /** `wrong`: why there are none, or not all. */
  | {tell: 'choices'; of: ChoicesOf; choices: Choice[]; wrong?: string}
  | {tell: 'asks'; ask: SessionAsk}
  /** Answered, by whichever screen. */
  | {tell: 'settled'; ask: string}
  | {tell: 'trouble'; text: string}
  | {tell: 'over'; why: string}

/** One thing that a person did at the terminal, or that the terminal answered. */
export type InputEvent =
  | {
      input: 'key'
      /** `a`, `A`, `é`, `enter`, `tab`, `escape`, `backspace`, `delete`, `up` … `pageup`, `home`, `f1` …, `space`. */
      key: string
      /** What it would type; '' for keys that type nothing. */
      text: string
      ctrl: boolean
      alt: boolean
      shift: boolean
      /** The bytes as they came, for a pane that is typed into. */
      raw: string
    }
  | {input: 'paste'; text: string}
  | {
      input: 'mouse'
      what: 'press' | 'release' | 'drag' | 'move' | 'wheel-up' | 'wheel-down'
      button: 'left' | 'middle' | 'right' | 'none'
      /** Cell, from 0. */
      x: number
      y: number
      ctrl: boolean
      alt: boolean
      shift: boolean
      raw: string
    }
  | {input: 'focus'; has: boolean}
  /** The terminal's answer to a question of ours: device attributes, cursor place, mode report, colours. */
  | {input: 'reply'; what: 'attributes' | 'cursor' | 'mode' | 'colour' | 'kitty' | 'version'; text: string}
