// Whether what a person sets for the session can hold: a name that leads nowhere is refused when it is said, not when a
// request is lost to it. No server is asked, and nothing is refused that the next request would take.

import type {Config} from '../../engine/contract/config.ts'
import type {SettingsChange} from '../../engine/contract/screen.ts'
import {type Environment, resolveRoutes} from '../../engine/model/routes.ts'
import {parseRule} from '../../engine/tool/rules.ts'
import {nearest} from '../nearest.ts'

export interface Settled {
  config: Config
  env: Environment
  roles: readonly string[]
}

/** Why the change cannot hold, for the person; '' when it can. */
export const refused = ({config, env, roles}: Settled, {model, roleModels, allow, deny}: SettingsChange): string => {
  const strange = Object.keys(roleModels ?? {}).find((role) => !roles.includes(role))
  if (strange !== undefined) return `there is no role ${strange}: did you mean ${nearest(strange, roles)}? Roles: ${roles.join(', ')}`
  for (const text of [model, ...Object.values(roleModels ?? {})]) {
    if (typeof text !== 'string') continue
    const found = resolveRoutes(config, env, {text})
    // An Ollama is asked for its model by the request itself.
    if (!found.ok && text !== 'ollama/') return `${found.error.msg}. ${found.error.hint}`
  }
  const unread = [...(allow ?? []), ...(deny ?? [])].find((rule) => !parseRule(rule))
  return unread === undefined ? '' : `the rule ${unread} cannot be read: write it as shell(npm test*), read(.env*), write(src/**) or net(HOST)`
}
