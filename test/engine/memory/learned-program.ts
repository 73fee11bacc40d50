// Writes to a store of experience again and again, beside others that do the same: `node learned-program.ts FILE TIMES`.

import {updateLearned} from '../../../engine/memory/learned.ts'
import {nothingLearned} from '../../../engine/model/learn.ts'

const [file = '', times = '0'] = process.argv.slice(2)
let kept = 0
for (let at = 0; at < Number(times); at += 1) {
  const isKept = updateLearned(file, (rows) => {
    const row = rows[0] ?? nothingLearned('a/b', 'edit')
    return [{...row, good: row.good + 1}]
  })
  if (isKept) kept += 1
}
process.stdout.write(`${kept}\n`)
