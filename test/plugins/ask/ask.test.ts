// ask, plan and finish.

import {describe, expect, it} from 'vitest'
import {fault} from '../../../engine/contract/fault.ts'
import ask from '../../../plugins/ask/ask.ts'
import finish from '../../../plugins/ask/finish.ts'
import plan from '../../../plugins/ask/plan.ts'
import {faultFrom, openSite} from '../../kit/site.ts'

describe('ask', () => {
  it('brings the answer back', async () => {
    const site = openSite('/p')
    expect((await ask.run({question: 'Which?', choices: ['a', 'b']}, site)).model).toBe('a')
    expect(site.asked).toEqual([{text: 'Which?', choices: ['a', 'b']}])
    expect(ask.needs({question: 'Which?'}, site)).toEqual([{kind: 'ask', what: 'Which?'}])
  })
  it('passes on that nobody answers', async () => {
    const error = fault('permission.asked', {what: 'question', rule: 'x'})
    expect((await faultFrom(() => ask.run({question: 'Which?'}, openSite('/p', {ask: async () => ({ok: false, error})})))).code).toBe('permission.asked')
    expect((await faultFrom(() => ask.run({question: ' '}, openSite('/p')))).code).toBe('tool.input')
  })
})

describe('plan', () => {
  it('notes tasks with ids, order and acceptance', async () => {
    const site = openSite('/p')
    const told = await plan.run(
      {
        tasks: [
          {title: 'read', accept: ['read it']},
          {title: 'fix', after: ['1']},
          {id: 'c', title: 'test', after: ['fix', '1'], state: 'doing'},
        ],
        note: 'n',
      },
      site,
    )
    expect(told.model).toBe('plan of 3 tasks noted')
    expect(site.noted).toEqual([
      {
        type: 'plan.updated',
        body: {
          tasks: [
            {id: '1', title: 'read', after: [], accept: ['read it'], state: 'open'},
            {id: '2', title: 'fix', after: ['1'], accept: [], state: 'open'},
            {id: 'c', title: 'test', after: ['2', '1'], accept: [], state: 'doing'},
          ],
          note: 'n',
        },
      },
    ])
  })
  it.each([
    [[], /no tasks/],
    [[{title: ' '}], /no title/],
    [[{title: 'a', after: ['z']}], /no such task/],
    [
      [
        {id: 'x', title: 'a'},
        {id: 'x', title: 'b'},
      ],
      /same id/,
    ],
    [[{title: 'a', after: ['2']}, {title: 'b', after: ['1']}, {title: 'c'}], /tasks 1, 2 wait for each other/],
  ])('refuses %j', async (tasks, says) => {
    const site = openSite('/p')
    const found = await faultFrom(() => plan.run({tasks}, site))
    expect(found.code).toBe('tool.input')
    expect(found.msg).toMatch(says)
    expect(site.noted).toEqual([])
  })
})

describe('finish', () => {
  it('says that the work is over', async () => {
    expect(await finish.run({text: 'done'}, openSite('/p'))).toEqual({model: 'done', line: 'finished', result: {finish: true}})
  })
})
