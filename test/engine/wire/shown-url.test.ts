import {expect, it} from 'vitest'
import {shownUrl} from '../../../engine/wire/shown-url.ts'

it.each([
  ['http://me:secret@127.0.0.1:9/v1?api_key=k#k', 'http://127.0.0.1:9/v1'],
  ['http://127.0.0.1:11434', 'http://127.0.0.1:11434'],
  ['https://api.example.org/v1/', 'https://api.example.org/v1'],
  ['nowhere', 'nowhere'],
  ['http://me:secret@127.0.0.1:99999/v1?api_key=k', 'http://127.0.0.1:99999/v1'],
  ['http://me:se/cr@t@lab:8080/v1', 'http://lab:8080/v1'],
  ['me:secret@lab:8080/v1', 'lab:8080/v1'],
  ['localhost:11434', 'localhost:11434'],
])('%s is shown as %s', (url, shown) => expect(shownUrl(url)).toBe(shown))
