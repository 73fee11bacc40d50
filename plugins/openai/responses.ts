// The Responses API: nothing is stored on the server, reasoning comes back encrypted and is handed in again.

import type {ModelMaker} from '../../engine/plugin.ts'
import {makeClient} from './client.ts'
import {openReader, whole} from './responses-reader.ts'
import {body} from './responses-request.ts'

const make: ModelMaker = (settings) => makeClient(settings, {path: '/responses', body, whole, openReader})

export default make
