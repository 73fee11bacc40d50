// What an agent's terminal prints: the bytes for each of its events, live in a pane and in replay alike. Pure: the
// same events give the same bytes, whenever they are told and however a stream was cut into pieces. No byte of a
// model or of a command may ever steer the terminal: what is not ours is taken out before it is written.
//
// face.ts holds one agent's story together; face-clean takes out, face-flow wraps, face-prose reads Markdown,
// face-output bounds what commands print, face-line has the lines of all other events.

import type {Event, EventOf} from '../contract/event.ts'
import {openFlow} from './face-flow.ts'
import {type Pen, runSays, says} from './face-line.ts'
import {openMemory} from './face-memory.ts'
import {type Output, openOutput} from './face-output.ts'
import {dim, openProse} from './face-prose.ts'
import {callLine, commandOf, endLine, isQuiet, leftOver} from './face-tool.ts'

export interface FaceOptions {
  columns: number
  /** False: no escape sequences at all. */
  colour: boolean
  /** Only the story of this agent; undefined: of the whole run, without what streams. */
  agent?: string
  /** Tells all anew at another width, the terminal emptied; else a width holds for what comes. */
  retells?: boolean
}

export interface Face {
  /** What to write to the terminal for this event; '' when it tells nothing. */
  step(event: Event): string
  /** It happened and is told when the width is known: for a face that retells. */
  keep(event: Event): void
  /** What to write because of it: '' but for a face that retells. */
  resize(columns: number): string
}

interface Teller {
  step(event: Event): string
  resize(columns: number): void
}

const openTeller = (options: FaceOptions): Teller => {
  const {agent, colour} = options
  const flow = openFlow(options)
  const prose = openProse(flow, {colour})
  const thoughts = openProse(flow, {colour, style: dim})
  let speaking: 'text' | 'thought' | '' = ''
  /** Of the reply that is coming in. */
  let heard = ''
  let candidate = 0
  let lastAgent: string | undefined
  let output: {call: string; to: Output} | undefined
  /** Calls that are not over, and whether a line of theirs stands already. */
  const calls = new Map<string, {tool: string; begun: boolean}>()
  let header = ''

  const hush = (): void => {
    if (speaking === 'text') prose.end()
    if (speaking === 'thought') thoughts.end()
    speaking = ''
  }
  const settle = (): void => {
    hush()
    output?.to.end()
    output = undefined
    flow.fresh()
    if (!header) return
    flow.gap()
    flow.word(header, '1;35')
    flow.newline()
    header = ''
  }
  const pen: Pen = {flow, settle, colour, speak: (text) => speak(text, false)}

  const speak = (text: string, thought: boolean): void => {
    const now = thought ? 'thought' : 'text'
    if (speaking !== now) {
      settle()
      flow.gap()
      speaking = now
    }
    if (thought) thoughts.push(text)
    else prose.push(text)
  }

  /** Says of a reply only what the stream has not said. */
  const replied = ({body}: EventOf<'model.replied'>): void => {
    const text = typeof body.text === 'string' ? body.text : ''
    const streamed = heard
    heard = ''
    if (text.trim() && !text.trimStart().startsWith(streamed.trim())) {
      let same = 0
      while (same < streamed.length && streamed[same] === text[same]) same += 1
      // Pieces were dropped under pressure: from there it is said again, whole.
      if (streamed.trim()) settle()
      speak(text.slice(text.lastIndexOf('\n', same) + 1), false)
    } else if (text.trim()) {
      // A provider may have trimmed the one and not the other.
      const from = text.startsWith(streamed) ? streamed.length : text.indexOf(streamed.trim()) + streamed.trim().length
      const rest = text.slice(from)
      if (rest.trim()) speak(rest, false)
    } else if (typeof body.text !== 'string' && !streamed) says.notice?.(pen, `a reply of ${body.text.bytes} bytes`)
    settle()
  }

  const printed = (call: string, text: string): void => {
    if (output?.call !== call) {
      const {tool = 'command', begun = false} = calls.get(call) ?? {}
      settle()
      if (!begun) callLine(pen, tool)
      calls.set(call, {tool, begun: true})
      output = {call, to: openOutput(flow, colour)}
    }
    output.to.push(text)
  }

  const called = ({body}: EventOf<'tool.called'>): void => {
    const command = commandOf(body)
    const {text} = (body.input ?? {}) as {text?: unknown}
    calls.set(body.call, {tool: body.tool, begun: command !== ''})
    if (command) callLine(pen, command, true)
    else if (body.tool === 'finish' && typeof text === 'string' && text.trim()) {
      speak(text, false)
      settle()
    }
  }

  const done = (event: EventOf<'tool.done'>): void => {
    const {body} = event
    const rest = output?.call === body.call ? '' : leftOver(body)
    if (rest) printed(body.call, rest)
    settle()
    if (!isQuiet(body)) endLine(pen, body, calls.get(body.call)?.begun === true)
    calls.delete(body.call)
  }

  const tellStream = (event: Event): void => {
    if (event.type === 'model.delta') {
      if (!event.body.thought) heard += event.body.text
      speak(event.body.text, event.body.thought === true)
    } else if (event.type === 'tool.output') printed(event.body.call, event.body.text)
  }

  const concerns = (event: Event): boolean => {
    if (agent === undefined || event.agent === agent) return true
    if (event.type === 'user.steered') return event.body.to === undefined || event.body.to === agent
    if (event.type === 'run.resumed') return true
    return candidate > 0 && event.type.startsWith('gate.') && (event.body as {candidate?: number}).candidate === candidate
  }

  const introduce = (event: Event): void => {
    if (agent !== undefined || event.agent === undefined || event.agent === lastAgent) return
    if (!runSays[event.type] && event.type !== 'model.replied' && !event.type.startsWith('tool.')) return
    lastAgent = event.agent
    header = event.role ?? event.agent
  }

  const write = (event: Event): void => {
    if (event.passing || event.type === 'model.delta' || event.type === 'tool.output') {
      if (agent !== undefined) tellStream(event)
      return
    }
    if (event.type === 'task.started') candidate = event.body.candidate
    if (event.type === 'model.asked') heard = ''
    if (event.type === 'model.failed') heard = ''
    introduce(event)
    if (event.type === 'model.replied') replied(event)
    else if (event.type === 'tool.called') called(event)
    else if (event.type === 'tool.done') done(event)
    else (agent === undefined ? runSays : says)[event.type]?.(pen, event.body as never)
  }

  return {
    step: (event) => {
      if (concerns(event)) write(event)
      return flow.take()
    },
    resize: flow.resize,
  }
}

const esc = String.fromCharCode(27)
/** No style, an empty screen, no scrollback. */
const emptied = `${esc}[0m${esc}[H${esc}[2J${esc}[3J`

/** Begins at an empty line. Events are those of `Journal.follow`: passing ones included. */
export const openFace = (options: FaceOptions): Face => {
  const memory = options.retells ? openMemory() : undefined
  let {columns} = options
  let teller = openTeller(options)
  return {
    keep: (event) => memory?.keep(event),
    step: (event) => {
      memory?.keep(event)
      return teller.step(event)
    },
    resize: (to) => {
      if (to === columns) return ''
      columns = to
      teller.resize(to)
      if (!memory) return ''
      teller = openTeller({...options, columns})
      return emptied + memory.all().map(teller.step).join('')
    },
  }
}
