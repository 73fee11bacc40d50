import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {events} from '../../engine/contract/event.ts'
import {eventSchema} from '../../engine/journal/schema.ts'
import {bashScript, fishScript, zshScript} from '../../source/completion-text.ts'
import {cliPage, programHelp, verbHelp} from '../../source/help-text.ts'
import {pages} from '../../source/reference.ts'
import {help} from '../../source/verb/help.ts'
import {dashed, flagsOf, verbs} from '../../source/verbs.ts'
import {testContext} from '../kit/context.ts'
import {root} from '../kit/house.ts'
import {hasProgram} from '../kit/parts.ts'
import {tempFolder} from '../kit/temp.ts'

const doc = (name: string): string => readFileSync(join(root, 'docs', `${name}.md`), 'utf8')

describe('pages made from tables (npm run docs writes them)', () => {
  it('docs/cli.md', () => expect(doc('cli')).toBe(cliPage()))
  it.each(Object.entries(pages()))('docs/%s.md', (name, made) => expect(doc(name)).toContain(`<!-- made from the source -->\n${made}<!-- end -->`))
})

describe('help', () => {
  it('names every verb, and every flag of a verb', () => {
    const all = programHelp([])
    for (const verb of verbs) {
      expect(all).toContain(`  ${verb.name}`)
      for (const flag of flagsOf(verb)) expect(verbHelp(verb)).toContain(dashed(flag.name))
    }
    for (const line of all.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  const say = async (words: string[], flags = {}) => {
    const context = testContext({words, flags})
    return {code: await help(context), ...context.said}
  }

  it('prints the program, a verb, a page', async () => {
    expect(await say([])).toMatchObject({code: 0, out: expect.stringContaining('Verbs'), err: ''})
    expect(await say(['run'])).toMatchObject({code: 0, out: expect.stringContaining('--max-usd')})
    expect(await say(['exit-codes'])).toMatchObject({code: 0, out: doc('exit-codes')})
    // Both a verb and a page: neither hides the other.
    const both = await say(['config'])
    expect(both.out).toContain('penguin config explain')
    expect(both.out.endsWith(doc('config'))).toBe(true)
  })

  it('says what is nearest, on stderr, with 2', async () => {
    expect(await say(['exitcodes'])).toMatchObject({code: 2, out: '', err: expect.stringContaining('penguin help exit-codes')})
    expect(await say(['../package'])).toMatchObject({code: 2, out: ''})
    expect(await say(['run'], {schema: true})).toMatchObject({code: 2, out: ''})
  })
})

describe('the schema of event lines', () => {
  it('is printed whole, every kind in it', async () => {
    const context = testContext({words: ['events'], flags: {schema: true}})
    expect(await help(context)).toBe(0)
    expect(JSON.parse(context.said.out)).toEqual(JSON.parse(JSON.stringify(await eventSchema())))
    for (const kind of Object.keys(events)) expect(context.said.out).toContain(`"${kind}"`)
  })
})

const parses = (program: string, args: string[], script: string): string => spawnSync(program, args, {input: script, encoding: 'utf8'}).stderr

describe('completion', () => {
  it('is a bash script that completes verbs, flags, values and actions', () => {
    expect(parses('bash', ['-n'], bashScript())).toBe('')
    const complete = (...words: string[]): string[] => {
      const script = `${bashScript()}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}\n_penguin\nprintf '%s\\n' "\${COMPREPLY[@]}"`
      return spawnSync('bash', ['--norc', '-c', script], {encoding: 'utf8', cwd: root}).stdout.split('\n').filter(Boolean)
    }
    expect(complete('penguin', 'do')).toEqual(['doctor'])
    expect(complete('penguin', 'run', '--max-c')).toEqual(['--max-calls'])
    expect(complete('penguin', 'run', '--output', 'js')).toEqual(['json'])
    expect(complete('penguin', 'config', 'ex')).toEqual(['explain'])
    expect(complete('penguin', '--json', '--cand')).toEqual(['--candidates'])
    expect(complete('penguin', 'run', '-C', 'sour')).toEqual(['source'])
    expect(complete('penguin', 'run', '--schema', 'readm')).toEqual(['readme.md'])
    expect(complete('penguin', 'run', '--check', '')).toEqual([])
  })

  it.skipIf(!hasProgram('zsh'))('is a zsh script (needs zsh)', () => expect(parses('zsh', ['-n'], zshScript())).toBe(''))
  it.skipIf(!hasProgram('fish'))('is a fish script (needs fish)', () => {
    const dir = tempFolder({'penguin.fish': fishScript()})
    expect(parses('fish', ['--no-execute', `${dir}/penguin.fish`], '')).toBe('')
  })

  it('names every flag for every shell', () => {
    for (const flag of verbs.flatMap(flagsOf)) {
      expect(bashScript()).toContain(dashed(flag.name))
      expect(zshScript()).toContain(dashed(flag.name))
      expect(fishScript()).toContain(` -l ${dashed(flag.name).slice(2)}`)
    }
  })
})
