// What a request wants: repairs are searched for, questions are never answered with an edit, new things are declined.
import {describe, expect, it} from 'vitest'
import {wishOf} from '../../../plugins/embedded/goal.ts'

describe('wishOf', () => {
  it.each([
    'fix the failing tests',
    'Fix the bug in src/x.js',
    'make the tests pass',
    'please make it green',
    'Can you fix the failing tests?',
    'the tests fail since yesterday',
    'sum() must ignore blanks',
    'Why do the tests fail? Fix them.',
    'find out why the tests fail and fix it',
    'update the code so that the tests pass',
    'get npm test green again',
    '',
  ])('a repair: %s', (goal) => expect(wishOf(goal).is).toBe('repair'))

  it.each([
    'why do the tests fail?',
    'Why is the suite red',
    'what is wrong here?',
    'explain the failing test',
    'which test is broken?',
    'could you tell me why the tests fail?',
  ])('an account: %s', (goal) => expect(wishOf(goal).is).toBe('explain'))

  it.each([
    'what does this project do?',
    'add a function multiply(a, b)',
    'Please write a readme',
    'refactor the parser',
    'rename total to sum',
    'implement paging',
    'how many files are there?',
  ])('neither: %s', (goal) => expect(wishOf(goal).is).toBe('other'))

  it('names the files that the request names', () => {
    expect(wishOf('fix the bug in src/x.js and lib/a-b.test.py, not in 1.5')).toEqual({is: 'repair', paths: ['src/x.js', 'lib/a-b.test.py']})
  })
})
