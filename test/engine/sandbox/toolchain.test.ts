// Which folders of PATH become visible to commands: installs of version managers, in whichever home they lie.

import {mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it, onTestFinished} from 'vitest'
import {findToolchain} from '../../../engine/sandbox/toolchain.ts'

const homes = (): {home: string; other: string; root: string} => {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'penguin-tc-')))
  onTestFinished(() => rmSync(top, {recursive: true, force: true}))
  for (const folder of ['home/.pyenv/shims', 'other/.pyenv/shims', 'other/.cargo/bin', 'other/.rustup', 'other/.ssh', 'project'])
    mkdirSync(join(top, folder), {recursive: true})
  writeFileSync(join(top, 'other/.ssh/id_rsa'), 'secret')
  return {home: join(top, 'home'), other: join(top, 'other'), root: join(top, 'project')}
}

describe('findToolchain', () => {
  it("shows a version manager's whole install, also when PATH names another home than HOME", () => {
    const {home, other, root} = homes()
    const {reads} = findToolchain({path: `${home}/.pyenv/shims:${other}/.pyenv/shims`, home, root, more: []})
    expect(reads.sort()).toEqual([`${home}/.pyenv`, `${other}/.pyenv`])
  })
  it('brings the companions of a PATH entry, and nothing else of that home', () => {
    const {home, other, root} = homes()
    const {reads} = findToolchain({path: `${other}/.cargo/bin`, home, root, more: []})
    expect(reads.sort()).toEqual([`${other}/.cargo/bin`, `${other}/.rustup`])
  })
  it('shows packages and environments that the project has by links, and what else a link there leads to not', () => {
    const {home, other, root} = homes()
    for (const folder of [
      'other/lib/node_modules/vitest',
      'other/lib/node_modules/@scope/one',
      'other/venvs/app',
      'project/node_modules/@scope',
      'project/src',
    ])
      mkdirSync(join(root, '..', folder), {recursive: true})
    writeFileSync(join(other, 'venvs/app/pyvenv.cfg'), '')
    symlinkSync(`${other}/lib/node_modules/vitest`, `${root}/node_modules/vitest`)
    symlinkSync(`${other}/lib/node_modules/@scope/one`, `${root}/node_modules/@scope/one`)
    symlinkSync(`${other}/.ssh`, `${root}/node_modules/keys`)
    symlinkSync(`${root}/src`, `${root}/node_modules/own`)
    symlinkSync(`${other}/venvs/app`, `${root}/.venv`)
    symlinkSync(other, `${root}/env`)
    expect(findToolchain({path: '/usr/bin', home, root, more: []}).reads.sort()).toEqual([`${other}/lib/node_modules`, `${other}/venvs/app`])
  })
  it('shows the folder that node_modules itself leads to', () => {
    const {home, other, root} = homes()
    mkdirSync(`${other}/main/node_modules/left-pad`, {recursive: true})
    symlinkSync(`${other}/main/node_modules`, `${root}/node_modules`)
    expect(findToolchain({path: '/usr/bin', home, root, more: []}).reads).toEqual([`${other}/main/node_modules`])
  })
  it('never shows a home folder itself', () => {
    const {home, root} = homes()
    expect(findToolchain({path: home, home, root, more: []}).reads).toEqual([])
  })
})
