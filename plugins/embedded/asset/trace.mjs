// Places in a stack: which project lines an error came through. Reads texts of errors only.

const frame = /(?:file:\/\/)?(\/[^\s():?]+)(?:\?pg=\d+)?:(\d+)(?::\d+)?/g

/** Lines of the project in the error's stack, nearest first: [{file, line}]. */
export const framesOf = (error, root) => {
  const stack = String(error?.stack ?? '')
  const found = []
  for (const [, file, line] of stack.matchAll(frame))
    if (file.startsWith(`${root}/`) && !file.includes('/node_modules/')) found.push({file, line: Number(line)})
  return [...found, ...(error?.cause ? framesOf(error.cause, root) : [])].slice(0, 20)
}
