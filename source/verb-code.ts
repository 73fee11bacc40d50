// Where the code of each verb is: loaded when the verb is typed, never before.

import type {VerbRun} from './context.ts'

export const verbCode: Readonly<Record<string, () => Promise<VerbRun>>> = {
  run: () => import('./verb/run.ts').then((module) => module.run),
  attach: () => import('./verb/attach.ts').then((module) => module.attach),
  replay: () => import('./verb/replay.ts').then((module) => module.replay),
  log: () => import('./verb/log.ts').then((module) => module.run),
  gc: () => import('./verb/gc.ts').then((module) => module.run),
  models: () => import('./verb/models.ts').then((module) => module.models),
  sessions: () => import('./verb/sessions.ts').then((module) => module.sessions),
  checkpoint: () => import('./verb/checkpoint.ts').then((module) => module.run),
  undo: () => import('./verb/undo.ts').then((module) => module.run),
  config: () => import('./verb/config.ts').then((module) => module.config),
  init: () => import('./verb/init.ts').then((module) => module.init),
  doctor: () => import('./verb/doctor.ts').then((module) => module.doctor),
  completion: () => import('./verb/completion.ts').then((module) => module.completion),
  help: () => import('./verb/help.ts').then((module) => module.help),
}
