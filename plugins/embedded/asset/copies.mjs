// The copies of the project that a search works on: one, and more of the same for what is tried side by side.
// Nothing outside of these is written, and none of them outlives the search.

import {realpathSync, rmSync, statfsSync, writeFileSync} from 'node:fs'
import {copyProject} from './copy.mjs'
import {movedDriver} from './lanes.mjs'

const roomy = (place) => {
  const {bavail, blocks} = statfsSync(place)
  return bavail > blocks / 2
}

/** `source`: the project; `places`: where copies may lie, the best first. */
export const copiesOf = (source, places) => {
  const made = new Set(places)
  const remove = (place) => rmSync(place, {recursive: true, force: true})
  const layAt = ([place, ...others]) => {
    try {
      copyProject(source, place)
      if (others.length === 0 || roomy(place)) return realpathSync(place)
    } catch (error) {
      if (others.length === 0 || error.code !== 'ENOSPC') throw error
    }
    remove(place)
    return layAt(others)
  }
  /** One more copy beside `root`, with its sources as `files` (Map path → tree) has them. */
  const layBeside = (root, number, files) => {
    const to = `${root}-${number}`
    made.add(to)
    remove(to)
    try {
      copyProject(source, to)
      for (const [path, tree] of files) writeFileSync(to + path.slice(root.length), tree.source)
    } catch (error) {
      remove(to)
      throw error
    }
    return to
  }
  return {
    /** The first copy: in the first place that has room for it, the last in any case. */
    lay: () => layAt(places),
    /** Openers of so many further drivers, each with a copy of its own. */
    twins: ({count, driver, tests, files, root, cwd}) =>
      Array.from({length: driver.twin ? count : 0}, (_, at) => async () => {
        const to = layBeside(root, at + 2, files)
        const moved = (path) => to + path.slice(root.length)
        const testFiles = [...new Set(tests.map((one) => moved(one.file)))]
        return movedDriver(await driver.twin({root: to, cwd: moved(cwd), files: testFiles}), root, to)
      }),
    clear() {
      for (const place of made) remove(place)
    },
  }
}
