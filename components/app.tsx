// The whole chrome, drawn from the state and nothing else: frames of panes, status bar, prompt, what lies above. It takes
// no input and keeps nothing; the bodies of panes stay empty for the compositor.

import {Box} from 'ink'
import {type ReactElement, useEffect, useState} from 'react'
import {loadDiff} from '../stores/diff.ts'
import {frameOf} from '../stores/frame.ts'
import type {AppState} from '../stores/state.ts'
import {statusOf} from '../stores/status.ts'
import {themes} from '../stores/theme.ts'
import {loadColours} from './highlight.ts'
import {Lines} from './lines.tsx'
import {AskCard, ListOverlay, Toasts} from './overlays.tsx'
import {PaneFrame} from './pane-frame.tsx'
import {PopupList, Prompt} from './prompt.tsx'
import {Welcome} from './welcome.tsx'

/** A view that shows code is open, or a card asks about a change. */
const showsCode = ({overlay, card, view}: AppState): boolean =>
  overlay?.view === 'diff' || overlay?.view === 'story' || (card !== null && view.asks.some(({call}) => call !== null))

export const App = ({state}: {state: AppState}): ReactElement => {
  const frame = frameOf(state)
  const {columns, rows} = state.size
  const theme = themes[state.look.theme]
  const [, drawAgain] = useState(0)
  const needed = showsCode(state)
  // What has the keys lies on top.
  const asleep = state.card?.asleep === true
  // What compares and colours code comes with the first code that is shown; the picture is then drawn once more.
  useEffect(() => {
    if (needed) void Promise.all([loadDiff(), loadColours()]).then(() => drawAgain((times) => times + 1))
  }, [needed])
  return (
    <Box width={columns} height={rows} overflow="hidden">
      {frame.panes.length === 0 ? <Welcome state={state} rect={frame.areas.panes} /> : null}
      {frame.panes.map((placed) => {
        const note = state.panes.find(({pane}) => pane === placed.pane)
        return note ? <PaneFrame key={placed.pane} state={state} note={note} placed={placed} /> : null
      })}
      <Lines rect={frame.areas.status} lines={[{line: statusOf(state, columns), base: 'bar'}]} theme={theme} />
      <Prompt state={state} frame={frame} />
      <PopupList state={state} frame={frame} />
      {asleep ? <AskCard state={state} frame={frame} /> : null}
      <ListOverlay state={state} frame={frame} />
      {asleep ? null : <AskCard state={state} frame={frame} />}
      <Toasts state={state} frame={frame} />
    </Box>
  )
}
