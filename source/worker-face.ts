// An agent's face: what it reports and hears, told on its own terminal as it happens. The terminal is read by its
// keeper; when it is not read, the story is cut and says so, and the agent works on.
//
// Law: nothing here waits for the terminal, and nothing of a terminal that is gone reaches the agent.

import {write} from 'node:fs'
import type {RunId} from '../engine/base/id.ts'
import type {Draft, Event, EventType} from '../engine/contract/event.ts'
import type {AgentLink, Assignment, Down, Up} from '../engine/contract/link.ts'
import {openFace} from '../engine/fold/face.ts'
import {openKeyring} from './secrets.ts'
import {openCleaner} from './secrets-find.ts'

/** More than this unread, and what streams is left out. */
const mostChars = 256 * 1024
const farewellMs = 200
/** A border that is moved gives many sizes. */
const settleMs = 60
const stdoutFd = 1

interface Printer {
  print(text: string): void
  /** Resolves once all is written, or after a moment. */
  done(): Promise<void>
}

/** One write at a time: the system call may take as long as nobody reads. */
const openPrinter = (): Printer => {
  let waiting = ''
  let leftOut = 0
  let busy = false
  let gone = false
  let idle = Promise.withResolvers<void>()
  idle.resolve()
  const go = (): void => {
    if (leftOut > 0 && waiting === '') {
      waiting = `\x1b[0m\r\n… ${leftOut} characters left out\r\n`
      leftOut = 0
    }
    if (waiting === '' || gone) {
      busy = false
      return idle.resolve()
    }
    if (!busy) idle = Promise.withResolvers<void>()
    busy = true
    const bytes = Buffer.from(waiting)
    waiting = ''
    push(bytes)
  }
  const push = (bytes: Buffer): void =>
    write(stdoutFd, bytes, (failed, written) => {
      // EAGAIN cannot come from a terminal that blocks; anything else means that there is none any more.
      gone = failed !== null
      if (!gone && written < bytes.length) return push(bytes.subarray(written))
      go()
    })
  return {
    print: (text) => {
      if (gone || text === '') return
      if (waiting.length + text.length > mostChars) leftOut += text.length
      else waiting += text
      if (!busy) go()
    },
    done: () => Promise.race([idle.promise, new Promise<void>((resolve) => setTimeout(resolve, farewellMs))]),
  }
}

/** The link, watched by a face; `farewell` before the process ends. */
export const withFace = (link: AgentLink, agent: string, colour: boolean): {link: AgentLink; farewell(): Promise<void>} => {
  const printer = openPrinter()
  const face = openFace({columns: process.stdout.columns || 80, colour, agent, retells: true})
  let settling: NodeJS.Timeout | undefined
  // Panes come and go: what was told is laid out for the width that it has at last.
  process.stdout.on('resize', () => {
    clearTimeout(settling)
    settling = setTimeout(() => printer.print(face.resize(process.stdout.columns)), settleMs).unref()
  })
  let current: Assignment | undefined
  const tell = (draft: Pick<Draft, 'type' | 'body'> & Partial<Draft>, passing = false): void => {
    const stamp = {seq: 0, at: Date.now(), run: (current?.run ?? '') as RunId, agent, role: current?.role.name, ...(passing ? {passing} : {})}
    printer.print(face.step({v: 1, ...stamp, ...draft} as unknown as Event))
  }
  const note = (type: EventType, body: unknown): void => tell({type, body: body as Draft['body']})

  let clean = openCleaner(() => [])
  const said = (message: Up): void => {
    if (message.say === 'event') tell(clean.value(message.draft))
    else if (message.say === 'ask') note('ask.raised', {ask: String(message.id), ...clean.value(message)})
  }
  const heard = (message: Down): void => {
    if (message.say === 'assign') {
      const {assignment} = message
      current = assignment
      clean = openCleaner(openKeyring(Object.values(assignment.providers)).secrets)
      const {role, attempt, phase, slice, keep, brief} = assignment
      note('task.started', {role: role.name, attempt, phase, candidate: (slice?.index ?? 0) + 1, fresh: !keep, brief})
    } else if (message.say === 'steer') note('user.steered', {text: message.text})
    else if (message.say === 'answer') note('ask.answered', {ask: String(message.id), choice: message.choice, by: message.error ? 'nobody' : 'person'})
  }
  return {
    link: {
      ...link,
      send: (message) => {
        link.send(message)
        said(message)
      },
      onMessage: (take) =>
        link.onMessage((message) => {
          heard(message)
          take(message)
        }),
    },
    farewell: printer.done,
  }
}
