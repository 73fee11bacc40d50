// What an agent may do without asking. Data only; the decision is made in `engine/tool/rules.ts`.

export type PermissionMode = 'ask' | 'edit' | 'auto' | 'plan'

/** What a call is about to do; pessimistic when unsure. */
export interface Need {
  kind: 'read' | 'write' | 'shell' | 'net' | 'ask'
  /** A path, a command line, a host. */
  what: string
}

/** `verb(pattern)` such as `shell(npm test*)` or `read(.env*)`; deny beats ask beats allow, the most specific names the reason. */
export interface Rule {
  do: 'allow' | 'ask' | 'deny'
  match: string
  /** Where it was written, for the reason. */
  from: string
}

export interface Permissions {
  mode: PermissionMode
  rules: Rule[]
  /** Headless without answers: what would ask is denied and reported. */
  canAsk: boolean
}

/** Files that hold keys and passwords, as path patterns: reading one asks unless a rule says otherwise. */
export const secretFiles: readonly string[] = [
  '.env',
  '.env.*',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  'id_rsa',
  'id_dsa',
  'id_ecdsa',
  'id_ed25519',
  '.npmrc',
  '.pypirc',
  '.netrc',
  '.git-credentials',
  '**/.aws/credentials',
]

/** Their templates hold none. */
export const secretSamples = /(?:^|\/)\.env\.(?:example|sample|template|dist|defaults)$/
