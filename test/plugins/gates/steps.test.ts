// A check's own command leads through Makefiles and scripts: a model that empties those has mended nothing.

import {describe, expect, test} from 'vitest'
import type {Check} from '../../../engine/plugin.ts'
import tests from '../../../plugins/gates/tests.ts'
import {checkOf, project} from '../../kit/gate-site.ts'

const files = {
  Makefile: 'SOURCES = lib.sh\n\n.PHONY: test\ntest: lint\n\tsh ./check.sh\n\nlint:\n\t@sh ./scripts/style $(SOURCES)\n',
  'check.sh': '. ./lib.sh\n[ "$(add 1 2)" = 3 ]\n',
  'scripts/style': 'grep -q add "$1"\n',
  'lib.sh': 'add() { echo $(($1 - $2)); }\n',
}
const mended = {'lib.sh': 'add() { echo $(($1 + $2)); }\n'}
const make = checkOf('make test', 'make')

describe('a check by exit code', () => {
  test.each([
    ['empties the script that the target runs', make, {'check.sh': 'exit 0\n'}, 'check.sh'],
    ['empties the target', make, {Makefile: 'test:\n\ttrue\n'}, 'Makefile'],
    ['takes another shell', make, {Makefile: `SHELL = /bin/true\n${files.Makefile}`}, 'Makefile'],
    ['empties the script that the user named', checkOf('sh ./check.sh', 'command', {gate: 'check:1'}), {'check.sh': 'exit 0\n'}, 'check.sh'],
  ])('goes to a person when a model %s', async (_, check, edits, named) => {
    const {site, change, dispose} = project(files)
    change(edits)
    const {passed, needsPerson} = await tests.check(check, site())
    expect({passed, paths: needsPerson?.paths}).toEqual({passed: false, paths: [named]})
    dispose()
  })

  test.each(['GNUmakefile', 'makefile'])('is red when a model adds a %s that make reads first', async (name) => {
    const {site, change, dispose} = project(files)
    change({[name]: 'test:\n\ttrue\n'})
    expect((await tests.check(make, site())).passed).toBe(false)
    dispose()
  })

  const greenfield = {
    Makefile: 'test:\n\tsh tests/run.sh\n',
    'tests/run.sh': '. ./add.sh\n[ "$(add 1 2)" = 3 ]\n',
    'add.sh': 'add() { echo $(($1 + $2)); }\n',
  }
  test.each<[string, Check]>([
    ['make, of the user', checkOf('make test', 'command', {gate: 'check:1'})],
    ['make, of the configuration', make],
    ['a script', checkOf('sh tests/run.sh', 'command', {gate: 'check:1'})],
    ['a script, of the configuration', checkOf('sh tests/run.sh', 'command')],
  ])('can be green when all of it was written by the run: %s', async (_, check) => {
    const {site, change, dispose} = project({'readme.md': 'An adder.\n', 'vendor/zlib.c': ''})
    change(greenfield)
    expect(await tests.check(check, site())).toMatchObject({passed: true, report: {exitCode: 0}})
    change({'add.sh': 'add() { echo 4; }\n'})
    expect((await tests.check(check, site())).passed).toBe(false)
    dispose()
  })

  test('says how an honest change of a Makefile is allowed', async () => {
    const linked = {
      ...greenfield,
      Makefile: 'PARTS = add.sh\ntest:\n\tcat $(PARTS) > all.sh\n\tsh tests/run.sh\n',
      'tests/run.sh': '. ./all.sh\n[ "$(add 1 2)" = 3 ]\n',
    }
    const {site, change, dispose} = project(linked)
    const Makefile = linked.Makefile.replace('add.sh', 'add.sh plus.sh')
    change({Makefile, 'add.sh': 'add() { plus "$1" "$2"; }\n', 'plus.sh': 'plus() { echo $(($1 + $2)); }\n'})
    const {passed, needsPerson} = await tests.check(make, site())
    expect({passed, why: needsPerson?.why}).toEqual({passed: false, why: expect.stringContaining('Makefile; --test-edits GLOB allows them')})
    expect((await tests.check(make, {...site(), testEdits: ['Makefile']})).passed).toBe(true)
    dispose()
  })

  test('is green when the work is done, also with another Makefile', async () => {
    const {site, change, dispose} = project(files)
    change({...mended, Makefile: `${files.Makefile}\nclean:\n\trm -f out\n`})
    expect((await tests.check(make, site())).passed).toBe(true)
    dispose()
  })

  test('is of what is tested, when its command names that', async () => {
    const {site, change, dispose} = project({'add.sh': 'echo $(($1 - $2))\n'})
    change({'add.sh': 'echo $(($1 + $2))\n'})
    expect((await tests.check(checkOf('[ "$(sh add.sh 1 2)" = 3 ]', 'command', {gate: 'check:1'}), site())).passed).toBe(true)
    dispose()
  })
})
