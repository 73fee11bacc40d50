import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {classOf, isBulky} from '../source/parcel.js'

describe('weight classes', () => {
  it('puts a light parcel into the lightest class', () => {
    assert.equal(classOf(120), 'letter')
    assert.equal(classOf(700), 'small')
  })

  it('counts a bound to the class that it closes', () => {
    assert.equal(classOf(500), 'letter')
    assert.equal(classOf(2000), 'small')
    assert.equal(classOf(10_000), 'medium')
  })

  it('takes the heaviest parcel that may be sent', () => {
    assert.equal(classOf(31_500), 'large')
  })

  it('refuses what is too heavy', () => {
    assert.equal(classOf(31_501), null)
  })
})

describe('bulk', () => {
  it('measures the longest side plus girth', () => {
    assert.equal(isBulky({length: 120, width: 60, height: 40}), true)
    assert.equal(isBulky({length: 40, width: 30, height: 20}), false)
  })
})
