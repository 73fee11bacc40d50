// The verb `undo`: takes back what the newest run changed in the user's files, or what the newest restore did; typed
// again, the one before. What was undone is not lost: the checkpoint it names brings it back.

import {netChanges} from '../../engine/workspace/patch.ts'
import type {VerbRun} from '../context.ts'
import {readHistory, undoable} from '../tree-history.ts'
import {type Place, withJournal} from './checkpoint.ts'
import {putBack} from './put-back.ts'

const undoNewest = async (place: Place): Promise<number> => {
  const history = readHistory(place.journal)
  const found = undoable(history).find(({steps}) => netChanges(steps.map((step) => step.changes)).length > 0)
  if (!found) {
    place.context.err('penguin: there is nothing to undo\n')
    return 1
  }
  const title = history.runs.get(found.run)?.title
  const what = `of ${found.run}${title ? ` (${title})` : ''}`
  return putBack({...place, made: found.steps.map((step) => step.changes), what, checkpoint: '', undoes: found.run})
}

export const run: VerbRun = (context) => withJournal(context, {readonly: context.flags.dryRun === true, without: 1}, undoNewest)
