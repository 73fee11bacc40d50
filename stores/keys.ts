// The one table of commands that a key can give: id, default keys, the modes in which they hold, one line of help.
// Help, palette, key remapping and the tests walk this table; a command that is not in it has no key. A command may have
// a second row for other modes. Nothing here knows what a command does.
//
// `prefix` stands for the keys of the prefix. In mode `pane` every key belongs to the program in the pane, but for
// the chords that begin with the prefix and the rows that hold in `pane` alone.

export type Mode = 'prompt' | 'pane' | 'copy' | 'palette' | 'ask' | 'view'

export const modes: readonly Mode[] = ['prompt', 'pane', 'copy', 'palette', 'ask', 'view']

/** In `pane` only the first: the second belongs to the program there. ctrl+x is readline's own, and free inside tmux. */
export const prefixKeys: readonly string[] = ['ctrl+b', 'ctrl+x']

/** `K twice` is K pressed again within this time; the first press gives the plain command of K. */
export const twiceMs = 800
/** Leaving has longer: one who reads what the first press said must not have to hurry. */
export const leaveMs = 2500

interface Row {
  id: string
  keys: readonly string[]
  modes: readonly Mode[]
  help: string
}

const all = ['prompt', 'pane', 'copy', 'ask', 'view'] as const
const edit = ['prompt', 'palette'] as const
const prompt = ['prompt'] as const
const copy = ['copy'] as const
const list = ['palette', 'ask', 'view'] as const
const scroll = ['prompt', 'ask', 'view', 'copy'] as const

export const bindings = [
  {id: 'focus-left', keys: ['alt+left', 'prefix left'], modes: all, help: 'Focus the pane to the left'},
  {id: 'focus-right', keys: ['alt+right', 'prefix right'], modes: all, help: 'Focus the pane to the right'},
  {id: 'focus-up', keys: ['alt+up', 'prefix up'], modes: all, help: 'Focus the pane above'},
  {id: 'focus-down', keys: ['alt+down', 'prefix down'], modes: all, help: 'Focus the pane below'},
  {id: 'focus-next', keys: ['alt+n', 'prefix n', 'prefix o'], modes: all, help: 'Focus the next pane'},
  {id: 'focus-previous', keys: ['prefix p'], modes: all, help: 'Focus the pane before'},
  {
    id: 'focus-number',
    keys: [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((digit) => [`alt+${digit}`, `prefix ${digit}`]),
    modes: all,
    help: 'Focus a pane by its number',
  },
  {id: 'focus-needy', keys: ['alt+g', 'prefix g'], modes: all, help: 'Go to the agent that needs you'},
  {id: 'zoom', keys: ['alt+z', 'prefix z'], modes: all, help: 'Whole screen for this pane, or back'},
  {id: 'swap-next', keys: ['prefix }'], modes: all, help: 'Swap the pane with the next one'},
  {id: 'swap-previous', keys: ['prefix {'], modes: all, help: 'Swap the pane with the one before'},
  {id: 'grow-left', keys: ['alt+shift+left', 'prefix ctrl+left'], modes: all, help: 'Move the border to the left'},
  {id: 'grow-right', keys: ['alt+shift+right', 'prefix ctrl+right'], modes: all, help: 'Move the border to the right'},
  {id: 'grow-up', keys: ['alt+shift+up', 'prefix ctrl+up'], modes: all, help: 'Move the border up'},
  {id: 'grow-down', keys: ['alt+shift+down', 'prefix ctrl+down'], modes: all, help: 'Move the border down'},
  {id: 'hide', keys: ['prefix h'], modes: all, help: 'Hide the focused pane'},
  {id: 'show-all', keys: ['prefix a'], modes: all, help: 'Show all panes again'},
  {id: 'shell', keys: ['prefix c'], modes: all, help: 'Open a shell of yours in a new pane'},
  {id: 'shut', keys: ['prefix x'], modes: all, help: 'Close the pane of a command'},
  {id: 'layout-next', keys: ['prefix space'], modes: all, help: 'Take the next layout'},
  {id: 'type', keys: ['alt+i', 'prefix i'], modes: ['prompt', 'copy', 'ask', 'view'], help: 'Type into the pane; F12 comes back'},
  {id: 'prompt', keys: ['prefix escape', 'prefix i', 'f12'], modes: ['pane'], help: 'Type into the prompt again'},

  {id: 'copy', keys: ['prefix ['], modes: ['prompt', 'pane', 'ask', 'view'], help: 'Copy mode: move, select, copy'},
  {id: 'search', keys: ['prefix /'], modes: ['prompt', 'pane', 'ask'], help: 'Search the scrollback of the pane'},
  {id: 'page-up', keys: ['pageup', 'shift+pageup', 'prefix pageup'], modes: [...scroll, 'pane'], help: 'Scroll one page up'},
  {id: 'page-down', keys: ['pagedown', 'shift+pagedown', 'prefix pagedown'], modes: [...scroll, 'pane'], help: 'Scroll one page down'},
  {id: 'line-up', keys: ['ctrl+up', 'shift+up'], modes: ['ask', 'view', 'copy'], help: 'Scroll one line up'},
  {id: 'line-down', keys: ['ctrl+down', 'shift+down'], modes: ['ask', 'view', 'copy'], help: 'Scroll one line down'},
  {id: 'first', keys: ['ctrl+home', 'prefix home'], modes: [...scroll, 'pane'], help: 'Scroll to the top'},
  {id: 'last', keys: ['ctrl+end', 'prefix end'], modes: [...scroll, 'pane'], help: 'Scroll to the bottom, and follow'},

  {id: 'help', keys: ['f1', 'prefix ?'], modes: all, help: 'Show the keys and the commands'},
  {id: 'palette', keys: ['f2', 'alt+p', 'prefix :'], modes: all, help: 'Open the palette of commands'},
  {id: 'tasks', keys: ['f3', 'prefix b'], modes: all, help: 'Show the plan board'},
  {id: 'timeline', keys: ['f4', 'prefix t'], modes: all, help: 'Show the timeline'},
  {id: 'evidence', keys: ['f5', 'prefix e'], modes: all, help: 'Show the evidence of the gates'},
  {id: 'spend', keys: ['f6', 'prefix $'], modes: all, help: 'Show what was spent'},
  {id: 'log', keys: ['f7', 'prefix l'], modes: all, help: 'Show the log'},
  {id: 'diff', keys: ['f8', 'prefix v'], modes: all, help: 'Show the changes'},
  {id: 'story', keys: ['f9', 'prefix s'], modes: all, help: 'What the agent in focus said and did'},
  {id: 'diff-style', keys: ['prefix V'], modes: all, help: 'Changes side by side, or in one column'},
  {id: 'theme', keys: ['prefix T'], modes: all, help: 'Take the next theme'},
  {id: 'mouse', keys: ['prefix m'], modes: all, help: 'Mouse on or off'},
  {id: 'redraw', keys: ['ctrl+l', 'prefix r'], modes: [...all, 'palette'], help: 'Draw the screen anew'},

  {id: 'interrupt', keys: ['escape'], modes: prompt, help: 'Stop what the focused agent does'},
  {id: 'rewind', keys: ['escape twice'], modes: prompt, help: 'Go back to an earlier request'},
  {id: 'clear', keys: ['ctrl+c'], modes: ['prompt', 'view', 'ask'], help: 'Clear the prompt; twice on an empty one: leave'},
  {id: 'leave', keys: ['ctrl+c twice'], modes: ['prompt', 'view', 'ask'], help: 'Leave'},
  {id: 'leave-or-delete', keys: ['ctrl+d'], modes: prompt, help: 'Leave on an empty prompt; else delete right'},
  {id: 'detach', keys: ['prefix d'], modes: all, help: 'Leave the screen; the work goes on'},
  {id: 'suspend', keys: ['prefix ctrl+z'], modes: all, help: 'Back to the shell for now; fg comes back'},

  {id: 'accept', keys: ['enter'], modes: prompt, help: 'Say it; agents at work hear it at once'},
  {id: 'after', keys: ['alt+q'], modes: prompt, help: 'Say it when this work has ended'},
  {id: 'edit', keys: ['ctrl+g', 'prefix ctrl+e'], modes: prompt, help: 'Write in your own editor'},
  {id: 'complete', keys: ['tab'], modes: prompt, help: 'Complete the file or the command'},
  {id: 'permission-next', keys: ['shift+tab'], modes: prompt, help: 'Ask for all, edit freely, or only plan: the next'},
  {id: 'picture', keys: ['ctrl+v'], modes: prompt, help: 'Says how a picture is put in'},
  {id: 'newline', keys: ['alt+enter', 'shift+enter', 'ctrl+j'], modes: prompt, help: 'New line'},
  {id: 'history.previous', keys: ['ctrl+p'], modes: prompt, help: 'What was said before'},
  {id: 'history.next', keys: ['ctrl+n'], modes: prompt, help: 'What was said after'},
  {id: 'history.search', keys: ['ctrl+r'], modes: prompt, help: 'Search what was said; again: older'},
  {id: 'edit.up', keys: ['up'], modes: prompt, help: 'Line up; on the first: said before'},
  {id: 'edit.down', keys: ['down'], modes: prompt, help: 'Line down; on the last: said after'},
  {id: 'edit.left', keys: ['left'], modes: edit, help: 'Character left'},
  {id: 'edit.right', keys: ['right', 'ctrl+f'], modes: edit, help: 'Character right'},
  {id: 'edit.word-left', keys: ['ctrl+left', 'alt+b'], modes: edit, help: 'Word left'},
  {id: 'edit.word-right', keys: ['ctrl+right', 'alt+f'], modes: edit, help: 'Word right'},
  {id: 'edit.line-start', keys: ['home', 'ctrl+a'], modes: edit, help: 'Start of the line'},
  {id: 'edit.line-end', keys: ['end', 'ctrl+e'], modes: edit, help: 'End of the line'},
  {id: 'edit.text-start', keys: ['alt+<', 'ctrl+home'], modes: ['palette'], help: 'Start of the text'},
  {id: 'edit.text-end', keys: ['alt+>', 'ctrl+end'], modes: ['palette'], help: 'End of the text'},
  {id: 'edit.delete-left', keys: ['backspace', 'shift+backspace', 'ctrl+h'], modes: edit, help: 'Delete the character to the left'},
  {id: 'edit.delete-right', keys: ['delete'], modes: edit, help: 'Delete the character to the right'},
  {id: 'edit.kill-word-left', keys: ['alt+backspace', 'ctrl+backspace'], modes: edit, help: 'Cut the word to the left'},
  {id: 'edit.kill-blank-left', keys: ['ctrl+w'], modes: edit, help: 'Cut back to the blank, or the selection'},
  {id: 'edit.kill-word-right', keys: ['alt+d', 'ctrl+delete', 'alt+delete'], modes: edit, help: 'Cut the word to the right'},
  {id: 'edit.kill-line-end', keys: ['ctrl+k'], modes: edit, help: 'Cut to the end of the line'},
  {id: 'edit.kill-line-start', keys: ['ctrl+u'], modes: edit, help: 'Cut to the start of the line'},
  {id: 'edit.yank', keys: ['ctrl+y'], modes: edit, help: 'Put in what was cut last'},
  {id: 'edit.yank-older', keys: ['alt+y'], modes: edit, help: 'Replace it by what was cut before that'},
  {id: 'edit.undo', keys: ['ctrl+_', 'ctrl+z', 'ctrl+/'], modes: edit, help: 'Undo'},
  {id: 'edit.redo', keys: ['alt+_', 'ctrl+shift+z', 'alt+/'], modes: edit, help: 'Redo'},
  {id: 'edit.transpose', keys: ['ctrl+t'], modes: edit, help: 'Swap two characters'},
  {id: 'edit.upper', keys: ['alt+u'], modes: edit, help: 'Word in capitals'},
  {id: 'edit.lower', keys: ['alt+l'], modes: edit, help: 'Word in small letters'},
  {id: 'edit.capital', keys: ['alt+c'], modes: edit, help: 'Word with a capital'},
  {id: 'edit.select-left', keys: ['shift+left'], modes: edit, help: 'Select to the left'},
  {id: 'edit.select-right', keys: ['shift+right'], modes: edit, help: 'Select to the right'},
  {id: 'edit.select-word-left', keys: ['ctrl+shift+left'], modes: edit, help: 'Select the word to the left'},
  {id: 'edit.select-word-right', keys: ['ctrl+shift+right'], modes: edit, help: 'Select the word to the right'},
  {id: 'edit.select-up', keys: ['shift+up'], modes: prompt, help: 'Select the line up'},
  {id: 'edit.select-down', keys: ['shift+down'], modes: prompt, help: 'Select the line down'},
  {id: 'edit.select-line-start', keys: ['shift+home'], modes: edit, help: 'Select to the start of the line'},
  {id: 'edit.select-line-end', keys: ['shift+end'], modes: edit, help: 'Select to the end of the line'},
  {id: 'edit.copy', keys: ['alt+w'], modes: edit, help: 'Copy the selection'},

  {id: 'up', keys: ['up', 'ctrl+p'], modes: list, help: 'Up'},
  {id: 'down', keys: ['down', 'ctrl+n'], modes: list, help: 'Down'},
  {id: 'page-up', keys: ['pageup'], modes: ['palette'], help: 'One page up'},
  {id: 'page-down', keys: ['pagedown'], modes: ['palette'], help: 'One page down'},
  {id: 'left', keys: ['left', 'h'], modes: ['view'], help: 'Fold'},
  {id: 'right', keys: ['right', 'l'], modes: ['view'], help: 'Unfold'},
  {id: 'accept', keys: ['enter'], modes: list, help: 'Take the chosen one'},
  {id: 'complete', keys: ['tab'], modes: ['palette'], help: 'Write the chosen one into the prompt'},
  {id: 'back', keys: ['escape'], modes: ['palette', 'view'], help: 'Close'},
  {id: 'back', keys: ['ctrl+c'], modes: ['palette'], help: 'Close without taking one'},
  {id: 'back', keys: ['q'], modes: ['view'], help: 'Close'},
  {id: 'up', keys: ['k'], modes: ['view'], help: 'Up'},
  {id: 'down', keys: ['j'], modes: ['view'], help: 'Down'},
  {id: 'first', keys: ['g', 'home'], modes: ['view'], help: 'To the first line'},
  {id: 'last', keys: ['G', 'end'], modes: ['view'], help: 'To the last line'},

  {id: 'answer-once', keys: ['y'], modes: ['ask'], help: 'Allow it once'},
  {id: 'answer-run', keys: ['r'], modes: ['ask'], help: 'Allow it for this run'},
  {id: 'answer-always', keys: ['a'], modes: ['ask'], help: 'Allow it always: writes a rule'},
  {id: 'answer-deny', keys: ['n'], modes: ['ask'], help: 'Deny it'},
  {id: 'answer-tell', keys: ['t'], modes: ['ask'], help: 'Deny it and say why'},
  {id: 'answer-edit', keys: ['e'], modes: ['ask'], help: 'Change it first'},
  {id: 'answer-number', keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], modes: ['ask'], help: 'Take a choice by its number'},
  {id: 'answer-later', keys: ['l'], modes: ['ask'], help: 'Answer later; the agent waits'},
  {id: 'interrupt', keys: ['escape'], modes: ['ask'], help: 'Deny it, and stop the agent that asks'},

  {id: 'copy.left', keys: ['left', 'h'], modes: copy, help: 'Cell left'},
  {id: 'copy.right', keys: ['right', 'l'], modes: copy, help: 'Cell right'},
  {id: 'copy.up', keys: ['up', 'k'], modes: copy, help: 'Line up'},
  {id: 'copy.down', keys: ['down', 'j'], modes: copy, help: 'Line down'},
  {id: 'copy.word-left', keys: ['b', 'ctrl+left'], modes: copy, help: 'Word left'},
  {id: 'copy.word-right', keys: ['w', 'ctrl+right'], modes: copy, help: 'Word right'},
  {id: 'copy.word-end', keys: ['e'], modes: copy, help: 'End of the word'},
  {id: 'copy.line-start', keys: ['0', 'home', 'ctrl+a'], modes: copy, help: 'Start of the line'},
  {id: 'copy.line-first', keys: ['^'], modes: copy, help: 'First character of the line'},
  {id: 'copy.line-end', keys: ['$', 'end', 'ctrl+e'], modes: copy, help: 'End of the line'},
  {id: 'copy.half-up', keys: ['ctrl+u'], modes: copy, help: 'Half a page up'},
  {id: 'copy.half-down', keys: ['ctrl+d'], modes: copy, help: 'Half a page down'},
  {id: 'copy.top', keys: ['g'], modes: copy, help: 'First line of the scrollback'},
  {id: 'copy.bottom', keys: ['G'], modes: copy, help: 'Last line'},
  {id: 'copy.select', keys: ['v', 'space'], modes: copy, help: 'Select characters from here'},
  {id: 'copy.select-line', keys: ['V'], modes: copy, help: 'Select lines from here'},
  {id: 'copy.select-block', keys: ['ctrl+v'], modes: copy, help: 'Select a block from here'},
  {id: 'copy.other-end', keys: ['o'], modes: copy, help: 'To the other end of the selection'},
  {id: 'copy.take', keys: ['y', 'enter'], modes: copy, help: 'Copy the selection and leave'},
  {id: 'copy.leave', keys: ['q', 'escape', 'ctrl+c'], modes: copy, help: 'Leave copy mode'},
  {id: 'search.down', keys: ['/', 'ctrl+s'], modes: ['copy', 'view'], help: 'Search downwards'},
  {id: 'search.up', keys: ['?', 'ctrl+r'], modes: ['copy', 'view'], help: 'Search upwards'},
  {id: 'search.next', keys: ['n'], modes: ['copy', 'view'], help: 'Next match'},
  {id: 'search.previous', keys: ['N'], modes: ['copy', 'view'], help: 'Match before'},
] as const satisfies readonly Row[]

export type CommandId = (typeof bindings)[number]['id']
/** For `editorStep`. */
export type EditCommand = Extract<CommandId, `edit.${string}` | `history.${string}` | 'newline'>
/** For `copyStep`. */
export type CopyCommand = Extract<CommandId, `copy.${string}` | 'page-up' | 'page-down' | 'line-up' | 'line-down' | 'first' | 'last'>

export interface Binding {
  id: CommandId
  keys: readonly string[]
  modes: readonly Mode[]
  help: string
}
