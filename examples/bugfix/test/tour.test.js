import assert from 'node:assert/strict'
import {test} from 'node:test'
import {toursOf} from '../source/tour.js'

test('vans are filled, heaviest parcels first', () => {
  const tours = toursOf([{grams: 3000}, {grams: 8000}, {grams: 2000}], 10_000)
  assert.deepEqual(tours.map((tour) => tour.grams), [10_000, 3000])
})

test('no parcels, no tours', () => {
  assert.deepEqual(toursOf([], 10_000), [])
})
