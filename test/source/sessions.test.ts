// The runs of a project, listed, shown, exported and forked, over runs that were really made.

import {describe, expect, it} from 'vitest'
import type {Event} from '../../engine/contract/event.ts'
import {sessions} from '../../source/verb/sessions.ts'
import {bodies, repository, types, type Wished} from '../kit/hosted.ts'

/** A project with two runs, the second a resumption of the first. */
const made = async () => {
  const repo = repository({'a.txt': 'a\n'})
  const ask = async (prompt: string, more: Wished['flags'] = {}) =>
    (await repo.run({prompt, flags: {noCheck: true, model: repo.replay([{text: `${prompt}: yes`}]), ...more}})).events
  const [first = [], second = []] = [await ask('is it so?'), await ask('still?', {continue: true})]
  const say = async (words: string[], flags: Wished['flags'] = {}) => {
    const context = repo.context({words, flags: {json: false, ...flags}})
    return {code: await sessions(context), ...context.said}
  }
  return {repo, first, second, say, run: String(first[0]?.run), other: String(second[0]?.run)}
}

describe('sessions', () => {
  it('are listed, the newest first, with how they ended and what was asked', async () => {
    const {say, run, other} = await made()
    const {code, out} = await say(['list'])
    expect(code).toBe(0)
    const rows = out.trim().split('\n')
    expect(rows).toHaveLength(2)
    expect(rows.find((row) => row.startsWith(run))).toMatch(/0 min ago +answered +is it so\?$/)
    const listed = (await say([], {json: true})).out.trim().split('\n')
    expect(listed.map((row) => (JSON.parse(row) as {run: string}).run).sort()).toEqual([run, other].sort())
  })

  it('are shown as their story and exported as their lines', async () => {
    const {say, run, first} = await made()
    const shown = await say(['show', run])
    expect(shown.out).toContain(`${run} · session ${run} · answered\nis it so?\n`)
    expect(shown.out).toMatch(/\d+ coder is it so\?: yes\n/)
    const told = await say(['show', run], {json: true})
    expect(JSON.parse(told.out)).toMatchObject({
      run,
      outcome: 'answered',
      title: 'is it so?',
      story: expect.arrayContaining([expect.objectContaining({role: 'coder', text: expect.stringContaining('yes')})]),
    })
    const lines = (await say(['export', run])).out
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as Event)
    expect(lines).toEqual(first.filter((event) => event.passing !== true))
  })

  it('are forked at an event: a run of its own that goes on from there', async () => {
    const {repo, say, run, first} = await made()
    const at = first.find((event) => event.type === 'user.said')?.seq ?? 0
    const {code, out, err} = await say(['fork', run, String(at)])
    expect(code, err).toBe(0)
    const fork = out.trim()
    expect(fork).toMatch(/^r_/)
    expect(err).toContain(`penguin run --resume ${fork}`)
    const journal = repo.journal()
    expect(journal.runs().find((one) => one.run === fork)).toMatchObject({parent: {run, at}, outcome: 'done'})
    expect(types([...journal.read({run: fork as never})])).toContain('run.branched')
    journal.close()
    const ran = await repo.run({prompt: 'go on', flags: {noCheck: true, resume: fork, model: repo.replay([{text: 'so I do'}])}})
    expect(ran.closed?.outcome).toBe('answered')
    expect(bodies(ran.events, 'run.opened')[0]?.resumes).toBe(fork)
  })

  it.each([
    ['a run that is not there', ['show', 'r_none'], 'there is no run r_none'],
    ['no run at all', ['show'], 'which run?'],
    ['a word that is none', ['burn', 'RUN'], 'sessions burn'],
    ['an event that is not there', ['fork', 'RUN', '9999'], 'is not an event'],
    ['an event that is no number', ['fork', 'RUN', 'x'], 'is not an event'],
  ])('are told apart from %s', async (_name, words, why) => {
    const {say, run} = await made()
    const {code, err} = await say(words.map((word) => (word === 'RUN' ? run : word)))
    expect(code).toBe(2)
    expect(err).toContain(why)
  })

  it('are none where nothing was ever run', async () => {
    const repo = repository({'a.txt': 'a\n'})
    const context = repo.context({words: ['list'], flags: {}})
    expect(await sessions(context)).toBe(0)
    expect(context.said.out).toBe('')
    expect(context.said.err).toContain('penguin: ')
    expect(repo.has('.penguin')).toBe(false)
  })
})
