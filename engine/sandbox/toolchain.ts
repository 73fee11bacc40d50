// Which folders hold the user's programs: the install prefixes of the PATH entries, resolved once, and the package
// caches that offline builds read. Of the home folder nothing else is ever shown to a command: no settings, no
// keys, no other project.

import {accessSync, constants, type Dirent, existsSync, readdirSync, readFileSync, realpathSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'

export interface Toolchain {
  /** PATH for commands: real folders that exist. */
  path: string
  /** Real folders to show read-only, none inside another. */
  reads: string[]
}

/** Folders of the host that are shown whole. */
export const systemFolders = ['/usr', '/opt', '/nix', '/snap', '/gnu'] as const

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
const isSystem = (path: string): boolean => [...systemFolders, '/bin', '/sbin', '/lib', '/lib64'].some((folder) => isUnder(path, folder))

/** The real path when it is there and may be entered; undefined otherwise. */
export const realFolder = (path: string): string | undefined => {
  try {
    const real = realpathSync(path)
    accessSync(real, constants.R_OK)
    return real
  } catch {
    return undefined
  }
}

// Version managers keep nothing but programs in these; the whole of each is its install.
const installs = [
  '.pyenv',
  '.rbenv',
  '.nodenv',
  '.goenv',
  '.jenv',
  '.phpenv',
  '.rvm',
  '.asdf',
  '.volta',
  '.bun',
  '.deno',
  '.ghcup',
  '.juliaup',
  '.elan',
  '.dotnet',
  '.opam',
  '.rustup',
  '.rye/py',
  '.pixi/envs',
  '.npm-global',
  '.sdkman/candidates',
  '.local/share/mise/installs',
  '.local/share/fnm',
  '.local/share/pnpm',
  '.local/share/uv',
]

// A PATH entry (below home) brings these with it.
const companions: Record<string, string[]> = {
  '.cargo/bin': ['.cargo/bin', '.cargo/registry', '.cargo/git', '.rustup'],
  'go/bin': ['go/bin', 'go/pkg/mod'],
  '.local/bin': ['.local/bin', '.local/pipx/venvs', '.local/share/pipx/venvs', '.local/share/uv'],
}

// Public packages that builds look up without a network. Not Go's build cache: go fails where it cannot write there.
const packageCaches = ['.local/lib', '.m2/repository', '.local/share/gem', 'go/pkg/mod']

const isInstall = (folder: string): boolean =>
  !existsSync(join(folder, '.git')) && ['lib', 'pyvenv.cfg', 'conda-meta', 'libexec'].some((mark) => existsSync(join(folder, mark)))

const genericPrefix = (dir: string): string => {
  const parent = dirname(dir)
  return ['bin', 'sbin', 'condabin', 'shims'].includes(basename(dir)) && isInstall(parent) ? parent : dir
}

/** The home folder that a version manager's folder lies in, whoever's it is: PATH may name another one than HOME. */
const homeOf = (dir: string, home: string): string | undefined => {
  if (isUnder(dir, home)) return home
  const name = [...installs, ...Object.keys(companions)].find((one) => one.startsWith('.') && `${dir}/`.includes(`/${one}/`))
  return name === undefined ? undefined : dir.slice(0, `${dir}/`.indexOf(`/${name}/`))
}

const prefixesOf = (dir: string, ownHome: string): string[] => {
  const home = homeOf(dir, ownHome)
  if (home === undefined) return [genericPrefix(dir)]
  const inHome = dir.slice(home.length + 1)
  const known = installs.find((install) => isUnder(inHome, install))
  if (known) return [join(home, known)]
  const brings = companions[inHome]
  if (brings) return brings.map((name) => join(home, name))
  const generic = genericPrefix(dir)
  return [generic === home || dirname(generic) === generic ? dir : generic]
}

/** Interpreters that virtual environments of the project were made from. */
const environmentBases = (root: string): string[] =>
  ['.venv', 'venv', 'env'].flatMap((name) => {
    try {
      const home = /^home\s*=\s*(.+)$/m.exec(readFileSync(join(root, name, 'pyvenv.cfg'), 'utf8'))?.[1]
      return home ? [home.trim()] : []
    } catch {
      return []
    }
  })

const entriesOf = (folder: string): Dirent[] => {
  try {
    return readdirSync(folder, {withFileTypes: true})
  } catch {
    return []
  }
}

/** The outermost `node_modules` that a real path lies in: a package finds its neighbours there. */
const packagesAround = (path: string): string[] => {
  const parts = path.split('/')
  const at = parts.indexOf('node_modules')
  return at === -1 ? [] : [parts.slice(0, at + 1).join('/')]
}

/**
 * Packages and environments that the project has by links to elsewhere. Only folders that are what their names say are
 * shown: a link in `node_modules` to anything but packages shows nothing.
 */
const linkedPlaces = (root: string): string[] => {
  const packages = join(root, 'node_modules')
  const links = entriesOf(packages).flatMap((entry) =>
    entry.isSymbolicLink()
      ? [join(packages, entry.name)]
      : entry.name.startsWith('@')
        ? entriesOf(join(packages, entry.name)).flatMap((one) => (one.isSymbolicLink() ? [join(packages, entry.name, one.name)] : []))
        : [],
  )
  const real = [packages, ...links].map(realFolder).filter((path) => path !== undefined)
  const environments = ['.venv', 'venv', 'env'].map((name) => realFolder(join(root, name))).filter((path) => path !== undefined)
  return [...real.flatMap(packagesAround), ...environments.filter((path) => existsSync(join(path, 'pyvenv.cfg')))].filter((path) => !isUnder(path, root))
}

/** Folders none of which lies inside another, in order of length. */
export const outermost = (folders: readonly string[]): string[] =>
  [...new Set(folders)]
    .sort((a, b) => a.length - b.length || a.localeCompare(b))
    .filter((path, at, all) => !all.slice(0, at).some((other) => isUnder(path, other)))

/** Everything, the home folder, or what that lies in: shown to commands for no reason at all. */
export const isTooMuch = (path: string, home: string): boolean => path === '/' || isUnder(home, path)
const mayShow = (path: string, home: string): boolean => !isTooMuch(path, home) && !isSystem(path)

/** Resolves PATH. `more` are further folders to show. Costs one realpath per entry. */
export const findToolchain = (options: {path: string; home: string; root: string; more: readonly string[]}): Toolchain => {
  const {home, root, more} = options
  const dirs = options.path
    .split(':')
    .filter((entry) => entry.startsWith('/'))
    .map(realFolder)
    .filter((entry) => entry !== undefined)
  const entries = [...new Set([...dirs, '/usr/local/bin', '/usr/bin', '/bin'])]
  const wanted = [
    ...entries.filter((dir) => !isUnder(dir, root)).flatMap((dir) => (isSystem(dir) ? [] : prefixesOf(dir, home))),
    ...environmentBases(root).flatMap((dir) => (isSystem(dir) ? [] : prefixesOf(realFolder(dir) ?? dir, home))),
    ...packageCaches.map((name) => join(home, name)),
    ...linkedPlaces(root),
    ...more,
  ]
  const real = wanted.map(realFolder).filter((path) => path !== undefined)
  return {path: entries.join(':'), reads: outermost(real.filter((path) => mayShow(path, home)))}
}

/** What tells toolchains that they are alone: no downloads, no looking for newer versions of themselves. */
export const offlineEnv: Readonly<Record<string, string>> = {
  CARGO_NET_OFFLINE: 'true',
  GOPROXY: 'off',
  GOTOOLCHAIN: 'local',
  npm_config_update_notifier: 'false',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
}

/** Where toolchains of the real home folder live, for levels whose commands have another HOME. */
export const homeEnv = (home: string): Record<string, string> => {
  const there = (name: string, path: string): Record<string, string> => (existsSync(join(home, path)) ? {[name]: join(home, path)} : {})
  return {
    ...there('RUSTUP_HOME', '.rustup'),
    ...there('CARGO_HOME', '.cargo'),
    ...there('GOPATH', 'go'),
    ...there('GOCACHE', '.cache/go-build'),
    ...there('PYENV_ROOT', '.pyenv'),
    ...(userSites(home).length > 0 ? {PYTHONUSERBASE: join(home, '.local')} : {}),
  }
}

const userSites = (home: string): string[] => {
  try {
    return readdirSync(join(home, '.local/lib')).filter((name) => name.startsWith('python'))
  } catch {
    return []
  }
}
