// An agent's way to its host: reads nothing but the word it was given (`PATH#TOKEN`), says hello, and is linked.

import {connect} from 'node:net'
import type {AgentLink, Down, Up} from '../contract/link.ts'
import {socketLink} from './socket.ts'

export const connectToHost = (word: string, agent: string, pid: number): Promise<AgentLink> =>
  new Promise((resolve, reject) => {
    const cut = word.lastIndexOf('#')
    const socket = connect(word.slice(0, cut))
    socket.once('error', reject)
    socket.once('connect', () => {
      const link = socketLink<Up, Down>(socket)
      link.send({say: 'hello', token: word.slice(cut + 1), agent, pid})
      resolve(link)
    })
  })
