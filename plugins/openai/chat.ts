// Chat Completions, for every server that speaks it.

import type {ModelMaker} from '../../engine/plugin.ts'
import {openReader, whole} from './chat-reader.ts'
import {body} from './chat-request.ts'
import {makeClient} from './client.ts'

const make: ModelMaker = (settings) => makeClient(settings, {path: '/chat/completions', body, whole, openReader})

export default make
