import assert from 'node:assert/strict'
import {test} from 'node:test'
import {priceOf, totalOf} from '../source/price.js'

const size = {length: 30, width: 20, height: 10}

test('a parcel on a bound pays the lower price', () => {
  assert.equal(priceOf({grams: 2000, size}), 549)
})

test('a bulky parcel pays a surcharge', () => {
  assert.equal(priceOf({grams: 3000, size: {length: 150, width: 60, height: 30}}), 1049 + 2500)
})

test('what is too heavy has no price', () => {
  assert.throws(() => priceOf({grams: 40_000, size}), RangeError)
})

test('ten parcels are a tenth cheaper', () => {
  const parcels = Array.from({length: 10}, () => ({grams: 400, size}))
  assert.equal(totalOf(parcels), 1755)
  assert.equal(totalOf(parcels.slice(1)), 1755)
})
