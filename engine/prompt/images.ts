// Images that a person named in their words: `@shot.png`, `@"my shot.png"`. Pure; whether there is such a file is for
// whoever reads it.

const named = /(?:^|[\s([{'"`])@(?:"([^"\n]+)"|([^\s"]+))/g
const isImage = /\.(?:png|jpe?g|gif|webp)$/i

/** Each once, in the order of the text. */
export const imagePaths = (text: string): string[] => [
  ...new Set([...text.matchAll(named)].map(([, quoted, bare]) => (quoted ?? bare ?? '').replace(/[.,;:!?)\]}'`]+$/, '')).filter((path) => isImage.test(path))),
]
