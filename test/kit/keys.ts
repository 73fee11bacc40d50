// Key events by name, and prompts written with their caret as `|`.

import type {InputEvent} from '../../engine/contract/screen.ts'
import {type Editor, editorStep, newEditor} from '../../stores/editor.ts'
import type {EditCommand} from '../../stores/keys.ts'

export type KeyEvent = Extract<InputEvent, {input: 'key'}>

/** `a`, `ctrl+r`, `escape`, `+`: the event of that key. */
export const pressed = (name: string): KeyEvent => {
  const parts = name.length > 1 && name.endsWith('+') ? [...name.slice(0, -2).split('+'), '+'] : name === '+' ? ['+'] : name.split('+')
  const key = parts.at(-1) as string
  const [ctrl, alt, shift] = ['ctrl', 'alt', 'shift'].map((one) => parts.slice(0, -1).includes(one))
  const types = !ctrl && !alt && (key === 'space' || [...key].length === 1)
  return {input: 'key', key, text: types ? (key === 'space' ? ' ' : key) : '', ctrl: ctrl === true, alt: alt === true, shift: shift === true, raw: ''}
}

/** Each character as it is typed. */
export const typing = (editor: Editor, text: string): Editor => [...text].reduce((now, sign) => editorStep(now, pressed(sign === ' ' ? 'space' : sign)), editor)

export const editorOf = (marked: string, more: Partial<Editor> = {}): Editor => {
  const caret = marked.indexOf('|')
  return {...newEditor(), text: marked.replace('|', ''), caret: caret < 0 ? marked.length : caret, ...more}
}

export const shown = ({text, caret}: Editor): string => `${text.slice(0, caret)}|${text.slice(caret)}`

export const steps = (editor: Editor, ...commands: EditCommand[]): Editor => commands.reduce<Editor>((now, command) => editorStep(now, command), editor)
