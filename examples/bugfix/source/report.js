import {classOf} from './parcel.js'
import {totalOf} from './price.js'

const euros = (cents) => `${(cents / 100).toFixed(2)} EUR`

/** How many parcels of each class, and what they cost together. */
export const reportOf = (parcels) => {
  const counts = new Map()
  for (const parcel of parcels) {
    const name = classOf(parcel.grams)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const lines = [...counts].map(([name, count]) => `${name}: ${count}`)
  return [...lines, `total: ${euros(totalOf(parcels))}`].join('\n')
}
