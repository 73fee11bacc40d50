// Writes docs/events.md from the catalogue of events. Needs Node 24, which reads TypeScript as it is.

import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {eventPage} from '../source/event-page.ts'

writeFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'events.md'), await eventPage())
