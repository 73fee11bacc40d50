// Words of models, commands and files as they may be printed for a person: nothing in them steers the terminal, changes
// its title or its clipboard, or colours what comes after. What a script reads is never put through here.

import {openCleaner} from '../engine/fold/face-clean.ts'

export const shown = (text: string): string => {
  const cleaner = openCleaner()
  return cleaner.push(text) + cleaner.end()
}
