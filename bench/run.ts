// `npm run bench [NAME …]`: the benches by name, all without one. Prints a table of medians; nothing here asserts.

import type {Figure} from './figure.ts'

const benches: Readonly<Record<string, () => Promise<{bench(): Promise<Figure[]>}>>> = {
  startup: () => import('./startup.ts'),
  tokens: () => import('./tokens.ts'),
  journal: () => import('./journal.ts'),
  embedded: () => import('./embedded.ts'),
  screen: () => import('./screen.ts'),
  opening: () => import('./opening.ts'),
  idle: () => import('./idle.ts'),
  stream: () => import('./stream.ts'),
  panes: () => import('./panes.ts'),
  resume: () => import('./resume.ts'),
  long: () => import('./long.ts'),
  interrupt: () => import('./interrupt.ts'),
  kills: () => import('./kills.ts'),
  router: () => import('./router.ts'),
}

const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

const wanted = process.argv.slice(2)
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const load = benches[name]
  if (!load) {
    process.stderr.write(`no bench is named ${name}; there are ${Object.keys(benches).join(', ')}\n`)
    process.exit(2)
  }
  process.stdout.write(`\n| ${name} | median | ratio | |\n|---|---:|---:|---|\n`)
  for (const figure of await (await load()).bench()) {
    const ratio = figure.ratio === undefined ? '' : `${figure.ratio.toFixed(2)}×`
    process.stdout.write(`| ${figure.name} | ${short(figure.value)} ${figure.unit} | ${ratio} | ${figure.note ?? ''} |\n`)
  }
}
