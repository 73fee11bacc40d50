// Permission rules against the ways around them that models and people find.

import {describe, expect, it} from 'vitest'
import type {Need, PermissionMode, Rule} from '../../../engine/contract/permission.ts'
import type {SandboxState} from '../../../engine/contract/sandbox.ts'
import {decideCall, decidePermission, lastingRules, openGate} from '../../../engine/tool/gate.ts'
import {exactly, parseRule} from '../../../engine/tool/rules.ts'

const state: SandboxState = {level: 'bwrap', writes: 'confined', network: 'off'}
const rule = (does: Rule['do'], match: string): Rule => ({do: does, match, from: 'test'})
const decide = (need: Need, rules: Rule[], mode: PermissionMode = 'auto') => decidePermission(need, {mode, rules}, state)
const shell = (command: string, rules: Rule[], mode: PermissionMode = 'auto') => decide({kind: 'shell', what: command}, rules, mode).do

describe('a denied command', () => {
  const rules = [rule('deny', 'shell(git push*)'), rule('allow', 'shell')]
  it.each([
    'git push',
    'git push origin main',
    '  git   push',
    'git\tpush',
    'ls; git push',
    'ls && git push',
    'false || git push',
    'ls\ngit push',
    'ls & git push',
    'ls | git push',
    'echo $(git push)',
    'echo "$(git push)"',
    'echo `git push`',
    'cat <(git push)',
    'FOO=1 git push',
    'env X=1 git push',
    'env -u A X=1 git push',
    'sudo git push',
    'sudo -u root env A=1 git push',
    'nohup git push &',
    'timeout 5 git push',
    'time git push',
    'nice -n 5 git push',
    'command git push',
    'exec git push',
    'xargs git push',
    'echo a | xargs -n1 git push',
    'bash -c "git push"',
    "sh -c 'cd x; git push'",
    'bash -lc "git push"',
    'bash --norc -c "git push"',
    `bash -c "bash -c 'git push'"`,
    'xargs -I{} bash -c "git push"',
    'sudo bash -c "git push"',
    'eval git push',
    'eval "git push"',
    "trap 'git push' EXIT",
    '(git push)',
    '{ git push; }',
    'if true; then git push; fi',
    'for x in a b; do git push; done',
    'while true; do git push; done',
    'f() { git push; }; f',
    'function f { git push; }',
    '! git push',
    '/usr/bin/git push',
    '\\git push',
    "'git' push",
    'g"i"t push',
    `g''it push`,
    'git "push"',
    'git pu\\sh',
    "$'git' push",
    "$'\\x67it' push",
    'git -C . push',
    'git --no-pager push',
    'git -c a.b=c push origin',
    'git --git-dir=.git push',
    '{git,push}',
    'find . -name x -exec git push {} \\;',
    'cat <<EOF\n$(git push)\nEOF',
    'cat <<EOF | sh\nx\nEOF\ngit push',
    'git \\\n push',
    'case x in x) git push;; esac',
    `echo \${X:-$(git push)}`,
    'test -f a && { ls; git push; }',
  ])('%s', (command) => {
    expect(shell(command, rules)).toBe('deny')
  })

  it.each(['$X push', '$(echo git) push', 'git $X', 'g?t push', '`which git` push', `git pu\${A}sh`, 'echo "unterminated'])(
    'that is only known when it runs asks: %s',
    (command) => {
      expect(shell(command, rules)).toBe('ask')
    },
  )

  it.each([
    'git status',
    'echo "git push"',
    'grep -r "git push" src',
    'git commit -m "git push"',
    'ls # git push',
    "echo 'a; git push'",
    'cat <<"EOF"\n$(git push)\nEOF',
    'npm test',
  ])('is not seen where it is only mentioned: %s', (command) => {
    expect(shell(command, rules)).toBe('allow')
  })
})

describe('an allowed command', () => {
  const rules = [rule('allow', 'shell(npm test*)'), rule('allow', 'shell(ls*)')]
  it.each(['npm test', 'npm test -- --run', 'ls -la', 'ls && npm test', 'ls; ls', 'npm test 2>&1', 'npm test > /dev/null', 'npm test "a b"'])(
    'covers %s',
    (command) => {
      expect(shell(command, rules, 'ask')).toBe('allow')
    },
  )

  it.each([
    'npm test && rm -rf x',
    'npm test; rm x',
    'npm test | sh',
    'npm test $(rm x)',
    'npm test `rm x`',
    'npm test "$(rm x)"',
    'npm test\nrm x',
    'npm test & rm x',
    'npm test <(rm x)',
    'PATH=/evil npm test',
    'PATH=/evil; npm test',
    'env npm test',
    'sudo npm test',
    'bash -c "npm test"',
    'npm test > src/index.ts',
    'npm test >> ~/.bashrc',
    'npm() { rm x; }; npm test',
    'npm test "unterminated',
    'case x in npm) npm test;; esac',
    './npm test',
    'npm run build',
    'eval npm test',
    '$NPM test',
    '',
  ])('does not cover %s', (command) => {
    expect(shell(command, rules, 'ask')).toBe('ask')
  })

  it('may be named with a star after a space, and then stands alone too', () => {
    expect(shell('npm run', [rule('allow', 'shell(npm run *)')], 'ask')).toBe('allow')
    expect(shell('npm runx', [rule('allow', 'shell(npm run *)')], 'ask')).toBe('ask')
  })

  it('may be bare, and then covers everything', () => {
    expect(shell('npm test && rm "x', [rule('allow', 'shell')], 'ask')).toBe('allow')
  })

  it('may send its output where a rule lets it write', () => {
    expect(shell('npm test > out/log.txt', [...rules, rule('allow', 'write(out/**)')], 'ask')).toBe('allow')
  })

  it('that was offered by name matches only itself', () => {
    const own = decide({kind: 'shell', what: 'ls *.ts'}, [], 'ask')
    expect(own).toMatchObject({do: 'ask', rule: 'shell(ls \\*.ts)'})
    expect(shell('ls *.ts', [rule('allow', own.rule as string)], 'ask')).toBe('allow')
    expect(shell('ls x.ts', [rule('allow', own.rule as string)], 'ask')).toBe('ask')
  })
})

describe('rules about files', () => {
  const read = (path: string, rules: Rule[] = []) => decide({kind: 'read', what: path}, rules)
  it('deny at any depth', () => {
    for (const path of ['.env', '.env.local', 'a/b/.env']) expect(read(path, [rule('deny', 'read(.env*)')]).do).toBe('deny')
    expect(read('src/env.ts', [rule('deny', 'read(.env*)')]).do).toBe('allow')
  })
  it('hold for files that a command names', () => {
    const rules = [rule('deny', 'read(.env*)'), rule('deny', 'write(src/**)')]
    for (const command of [
      'cat .env',
      'cat a/.env.local',
      'grep x < .env',
      'cp .env /tmp/x',
      'curl -d @.env host',
      'echo x > src/a.ts',
      'rm src/a.ts',
      'sed -i s/a/b/ src/a.ts',
    ])
      expect(shell(command, rules)).toBe('deny')
    for (const command of ['cat src/a.ts', 'ls', 'echo environment']) expect(shell(command, rules)).toBe('allow')
  })
  it('ask for files that hold secrets, unless a rule names them', () => {
    for (const path of ['.env', 'config/.env.production', 'keys/server.pem', '.npmrc', 'home/.aws/credentials', 'id_rsa']) expect(read(path).do).toBe('ask')
    for (const path of ['.env.example', 'src/environment.ts', 'a.pem.md']) expect(read(path).do).toBe('allow')
    expect(read('.env', [rule('allow', 'read(.env)')]).do).toBe('allow')
    expect(read('.env', [rule('allow', 'read')]).do).toBe('ask')
  })
  it('take edit for write, and folders with what is below', () => {
    expect(decide({kind: 'write', what: 'src/a/b.ts'}, [rule('deny', 'edit(src)')]).do).toBe('deny')
    expect(decide({kind: 'write', what: 'lib/a.ts'}, [rule('deny', 'edit(src)')]).do).toBe('allow')
  })
  it('name hosts', () => {
    const rules = [rule('allow', 'net(*.example.com)'), rule('deny', 'net(evil.example.com)')]
    expect(decide({kind: 'net', what: 'API.example.com'}, rules).do).toBe('allow')
    expect(decide({kind: 'net', what: 'evil.example.com'}, rules).do).toBe('deny')
    expect(decide({kind: 'net', what: 'other.org'}, rules).do).toBe('ask')
  })
})

describe('order', () => {
  it('is deny, ask, allow, whatever is more specific', () => {
    const rules = [rule('allow', 'shell(git push origin main)'), rule('ask', 'shell(git push*)')]
    expect(shell('git push origin main', rules)).toBe('ask')
    expect(shell('git push origin main', [...rules, rule('deny', 'shell')])).toBe('deny')
  })
  it('names the most specific rule as the reason', () => {
    const rules = [rule('deny', 'shell'), rule('deny', 'shell(rm*)'), rule('deny', 'shell(rm -rf*)')]
    expect(decide({kind: 'shell', what: 'rm -rf /'}, rules)).toMatchObject({do: 'deny', rule: 'shell(rm -rf*)'})
    expect(decide({kind: 'shell', what: 'ls'}, rules)).toMatchObject({do: 'deny', rule: 'shell'})
  })
  it('fails closed for a rule that cannot be read', () => {
    expect(shell('ls', [rule('deny', 'shel(ls)')])).toBe('deny')
    expect(shell('ls', [rule('allow', 'shel(ls)')], 'ask')).toBe('ask')
  })
  it('reads what it must', () => {
    expect(parseRule('shell')).toEqual({verb: 'shell', pattern: ''})
    expect(parseRule('edit(src/(a).ts)')).toEqual({verb: 'write', pattern: 'src/(a).ts'})
    expect(parseRule('shell(*)')).toEqual({verb: 'shell', pattern: ''})
    expect(parseRule('ssh(x)')).toBeUndefined()
    expect(exactly('a*b\\c')).toBe('a\\*b\\\\c')
  })
})

describe('modes', () => {
  const needs: Need[] = [
    {kind: 'read', what: 'a.ts'},
    {kind: 'write', what: 'a.ts'},
    {kind: 'shell', what: 'ls'},
    {kind: 'ask', what: 'what?'},
  ]
  const under = (mode: PermissionMode) => needs.map((need) => decide(need, [], mode).do)
  it('say what no rule says', () => {
    expect(under('ask')).toEqual(['allow', 'ask', 'ask', 'allow'])
    expect(under('edit')).toEqual(['allow', 'allow', 'ask', 'allow'])
    expect(under('auto')).toEqual(['allow', 'allow', 'allow', 'allow'])
    expect(under('plan')).toEqual(['allow', 'deny', 'deny', 'allow'])
  })
  it('plan yields to no allow rule', () => {
    expect(decide({kind: 'write', what: 'a.ts'}, [rule('allow', 'write')], 'plan').do).toBe('deny')
  })
  it('take the strictest need of a call', () => {
    const call = decideCall(needs, {mode: 'auto', rules: [rule('deny', 'shell(ls)'), rule('ask', 'write')]}, state)
    expect(call).toMatchObject({do: 'deny', need: {kind: 'shell', what: 'ls'}})
    expect(decideCall([], {mode: 'plan', rules: []}, state).do).toBe('allow')
  })
})

describe('the gate', () => {
  const gate = (mode: PermissionMode, rules: Rule[], writes = true) => {
    const asked: unknown[] = []
    const permit = openGate({
      permissions: {mode, rules},
      sandbox: state,
      root: '/p',
      writes,
      role: 'explorer',
      askPerson: async (what) => {
        asked.push(what)
        return {ok: true, result: undefined}
      },
    })
    return {permit, asked}
  }
  it('asks only for what is left to a person', async () => {
    const {permit, asked} = gate('ask', [rule('allow', 'shell(ls)')])
    expect((await permit([{kind: 'shell', what: 'ls'}])).ok).toBe(true)
    expect(asked).toEqual([])
    expect((await permit([{kind: 'write', what: 'a.ts'}])).ok).toBe(true)
    expect(asked).toEqual([{what: 'write(a.ts)', why: expect.stringContaining('mode ask'), rule: 'write(a.ts)', rules: ['write(a.ts)']}])
  })
  it('lets no role write that may not', async () => {
    const {permit, asked} = gate('auto', [rule('allow', 'write')], false)
    expect(await permit([{kind: 'write', what: 'a.ts'}])).toMatchObject({ok: false, error: {code: 'permission.denied'}})
    expect(asked).toEqual([])
  })
  it('says which rule refused', async () => {
    const {permit} = gate('auto', [rule('deny', 'shell(rm*)')])
    expect(await permit([{kind: 'shell', what: 'rm x'}])).toMatchObject({
      ok: false,
      error: {code: 'permission.denied', msg: expect.stringContaining('deny shell(rm*) (test)')},
    })
  })
})

describe('what would be allowed for good', () => {
  const lasting = (command: string, rules: Rule[] = [], mode: PermissionMode = 'ask') => lastingRules([{kind: 'shell', what: command}], {mode, rules}, state)
  it.each([
    ['npm test', ['shell(npm test)']],
    ['npm test && ls -l', ['shell(npm test)', 'shell(ls -l)']],
    ['ls *.js', ['shell(ls \\*.js)']],
    ['npm test > out.txt', ['shell(npm test)', 'write(out.txt)']],
  ])('%s: %j and nothing wider', (command, rules) => expect(lasting(command)).toEqual(rules))
  it.each([["printf 'a\nb'"], ['bash -c "$X"']])('%s: no rule can be written for it', (command) => expect(lasting(command)).toEqual([]))
  it('offers none where a rule of the person asks or forbids', () => {
    expect(lasting('git push', [rule('ask', 'shell(git push*)')])).toEqual([])
    expect(lasting('git push', [rule('deny', 'shell(git push*)')])).toEqual([])
  })
  it('opens a secret file only by its name', () => {
    expect(lastingRules([{kind: 'read', what: '.env'}], {mode: 'auto', rules: []}, state)).toEqual(['read(.env)'])
  })
})

describe('a rule that names a whole line', () => {
  it.each(['echo hi > f.txt', 'echo hi; rm -rf a', 'echo $(date)', 'for x in a b; do echo $x; done'])('allows it with all that it writes: %s', (line) => {
    expect(shell(line, [rule('allow', `shell(${exactly(line)})`)], 'ask')).toBe('allow')
    expect(shell(`${line} more`, [rule('allow', `shell(${exactly(line)})`)], 'ask')).toBe('ask')
    expect(shell(line, [rule('allow', `shell(${exactly(line)})`), rule('deny', 'shell(echo*)')], 'ask')).toBe('deny')
  })
})

describe('the repository itself, in mode auto', () => {
  const git = (command: string, rules: Rule[] = []) => decideCall([{kind: 'shell', what: command}], {mode: 'auto', rules}, state, '/p')
  it.each([
    'git commit -am wip',
    'git add -A && git commit -qm x',
    'git stash',
    'git stash pop',
    'git checkout main',
    'git checkout -b new',
    'git checkout HEAD -- a.js',
    'git switch -c new',
    'git reset --hard HEAD~1',
    'git restore --staged a.js',
    'git branch new',
    'git branch -D old',
    'git tag v1',
    'git rm a.js',
    'git apply --index a.patch',
    'git worktree add ../x',
    'git push',
    'cd /p/sub && git commit -am x',
    'cd sub && git stash',
    'git -C /p commit -am x',
    'git -c user.name=a -c user.email=b commit -am x',
    'bash -c "git commit -am x"',
    'sudo /usr/bin/git commit -am x',
    'ls | xargs git add',
  ])('is left alone: %s', (command) =>
    expect(git(command)).toMatchObject({do: 'deny', why: expect.stringMatching(/^git [a-z]+ changes the repository itself/)}),
  )
  it.each([
    'git status --short',
    'git diff HEAD~1 -- a.js',
    'git log --oneline | head',
    'git show HEAD:a.js > old.js',
    'git stash list',
    'git branch',
    'git branch -a --contains HEAD',
    'git tag -l "v*"',
    'git remote -v',
    'git checkout -- a.js',
    'git checkout .',
    'git restore a.js',
    'git apply fix.patch',
    'git worktree list',
    'git submodule status',
    'git clean -fd',
    'cd /tmp/x && git init -q && git commit -qm x',
    'cd "$(mktemp -d)" && git init && git add -A && git commit -m x',
    'git init -q fixture && cd fixture && git commit --allow-empty -m x',
    'git -C /tmp/other commit -am x',
    'echo git commit',
    'which git && ls',
    'npm install git commit',
  ])('is only read, or is another: %s', (command) => expect(git(command).do).toBe('allow'))
  it('is changed where a rule allows it, or a person', () => {
    expect(git('git commit -am x', [rule('allow', 'shell(git commit*)')]).do).toBe('allow')
    expect(git('git add -A; git commit -am x', [rule('allow', 'shell(git commit*)')]).do).toBe('deny')
    expect(git('git commit -am x', [rule('ask', 'shell(git*)')]).do).toBe('ask')
    expect(decideCall([{kind: 'shell', what: 'git commit -am x'}], {mode: 'ask', rules: []}, state, '/p').do).toBe('ask')
  })
  it('is named in the hint with the rule that allows it', async () => {
    const permit = openGate({
      permissions: {mode: 'auto', rules: []},
      sandbox: state,
      root: '/p',
      writes: true,
      role: 'coder',
      askPerson: async () => ({ok: true, result: undefined}),
    })
    expect(await permit([{kind: 'shell', what: 'git commit -am x'}])).toMatchObject({
      error: {code: 'permission.denied', hint: expect.stringContaining('--allow "shell(git commit*)"')},
    })
  })
})
