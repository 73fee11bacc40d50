import assert from 'node:assert/strict'
import {test} from 'node:test'
import {reportOf} from '../source/report.js'

const size = {length: 30, width: 20, height: 10}

test('the report counts parcels by class and adds up their prices', () => {
  const parcels = [500, 500, 900].map((grams) => ({grams, size}))
  assert.equal(reportOf(parcels), 'letter: 2\nsmall: 1\ntotal: 9.39 EUR')
})
