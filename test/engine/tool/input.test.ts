// Reading what a model wrote as arguments: mended where it is safe, refused where content could be lost.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {coerce} from '../../../engine/tool/coerce.ts'
import {endsInString, readInput} from '../../../engine/tool/input.ts'

const schema = {
  type: 'object',
  properties: {
    path: {type: 'string'},
    text: {type: 'string'},
    from: {type: 'integer'},
    all: {type: 'boolean'},
    accept: {type: 'array', items: {type: 'string'}},
    kind: {type: 'string', enum: ['open', 'in progress']},
    tasks: {
      type: 'array',
      items: {type: 'object', properties: {title: {type: 'string'}, after: {type: 'array', items: {type: 'string'}}}, required: ['title']},
    },
  },
  required: ['path'],
}

const value = async (text: string): Promise<unknown> => {
  const read = await readInput(text, schema)
  return read.ok ? read.value : read.why
}

describe('an input', () => {
  it.each<[string, string, unknown]>([
    ['plain', '{"path":"a"}', {path: 'a'}],
    ['empty', '', {}],
    ['in a fence', '```json\n{"path":"a"}\n```', {path: 'a'}],
    ['encoded twice', JSON.stringify('{"path":"a"}'), {path: 'a'}],
    ['single quotes', "{'path': 'a'}", {path: 'a'}],
    ['bare keys', '{path: "a"}', {path: 'a'}],
    ['trailing comma', '{"path":"a",}', {path: 'a'}],
    ['a brace missing at the end', '{"path":"a"', {path: 'a'}],
    ['python words', '{"path":"a","all":True}', {path: 'a', all: true}],
    ['raw line breaks in a string', '{"path":"a","text":"x\ny"}', {path: 'a', text: 'x\ny'}],
    ['comments', '{"path":"a" /* here */}', {path: 'a'}],
    ['wrapped in arguments', '{"arguments":{"path":"a"}}', {path: 'a'}],
    ['wrapped with its name', '{"name":"read","arguments":{"path":"a"}}', {path: 'a'}],
    ['wrapped as a string', '{"input":"{\\"path\\":\\"a\\"}"}', {path: 'a'}],
    ['leaked parameters', '<parameter=path>\na\n</parameter>\n<parameter=from>\n3\n</parameter>', {path: 'a', from: 3}],
    ['another name for a field', '{"file_path":"a"}', {path: 'a'}],
    ['camel case', '{"filePath":"a","replaceAll":"true"}', {path: 'a', all: true}],
    ['a number in quotes', '{"path":"a","from":"12"}', {path: 'a', from: 12}],
    ['a boolean in quotes', '{"path":"a","all":"False"}', {path: 'a', all: false}],
    ['a number for text', '{"path":5}', {path: '5'}],
    ['one value for a list', '{"path":"a","accept":"it works"}', {path: 'a', accept: ['it works']}],
    ['a list in quotes', '{"path":"a","accept":"[\\"x\\",\\"y\\"]"}', {path: 'a', accept: ['x', 'y']}],
    ['a list of one for text', '{"path":["a"]}', {path: 'a'}],
    ['texts for objects', '{"path":"a","tasks":["do it"]}', {path: 'a', tasks: [{title: 'do it'}]}],
    ['another name within', '{"path":"a","tasks":[{"description":"do it","depends_on":"1"}]}', {path: 'a', tasks: [{title: 'do it', after: ['1']}]}],
    ['nulls for what is optional', '{"path":"a","from":null}', {path: 'a'}],
    ['an option spelled otherwise', '{"path":"a","kind":"in_progress"}', {path: 'a', kind: 'in progress'}],
    ['a stranger stays', '{"path":"a","other":1}', {path: 'a', other: 1}],
    ['own names win over relatives', '{"path":"a","file":"b"}', {path: 'a', file: 'b'}],
  ])('%s', async (_, text, wanted) => {
    expect(await value(text)).toEqual(wanted)
  })

  it.each([
    ['cut in a string', '{"path":"a.ts","text":"half of', /cut off/],
    ['cut in a key', '{"path":"a.ts","te', /cut off/],
    ['prose', 'read a.ts please', /not a JSON object/],
    ['a list', '[1,2]', /not a JSON object/],
    ['a number', '7', /not a JSON object/],
  ])('%s is refused', async (_, text, why) => {
    expect(await value(text)).toMatch(why)
  })

  it('that is whole JSON is never changed in its texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (path, text) => {
        expect(await value(JSON.stringify({path, text}))).toEqual({path, text})
      }),
      {numRuns: 300},
    )
  })

  it('that is cut is never completed within a text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z <>;\n\t]{1,40}$/), fc.double({min: 0, max: 1, noNaN: true}), async (text, share) => {
        const whole = JSON.stringify({path: 'a', text})
        const cut = whole.slice(0, Math.floor(whole.length * share))
        const read = await readInput(cut, schema)
        const got = read.ok ? (read.value as {text?: string}).text : undefined
        expect(got === undefined || got === text).toBe(true)
      }),
      {numRuns: 300},
    )
  })

  it('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        expect(typeof (await readInput(text, schema)).ok).toBe('boolean')
      }),
      {numRuns: 300},
    )
  })
})

describe('shaping', () => {
  it('is done once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        const once = coerce(any, schema)
        expect(coerce(once, schema)).toEqual(once)
      }),
      {numRuns: 300},
    )
  })

  it('knows where a string ends', () => {
    expect(endsInString('{"a":"b"}')).toBe(false)
    expect(endsInString('{"a":"b')).toBe(true)
    expect(endsInString('{"a":"b\\"')).toBe(true)
    expect(endsInString('{"a":"say "hi" x"}')).toBe(false)
  })
})
