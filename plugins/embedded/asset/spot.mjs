// What templates ask of a place in the tree, and how they name it to a person. Pure.

/** Code in words: on one line, and not too much of it. */
export const say = (text) => `\`${text.replace(/\s+/g, ' ').slice(0, 60)}\``

/** Views of statements after which nothing of their block runs. */
export const exits = new Set(['return', 'throw', 'break', 'continue'])

export const isCallee = (node) => node.up?.view?.is === 'call' && node.up.view.callee === node
export const isTarget = (node) => node.up?.view?.is === 'assign' && node.up.view.target === node

/** The class around it, or null. */
export const classOf = (node) => {
  for (let up = node.up; up; up = up.up) if (up.view?.is === 'class') return up
  return null
}
