/** Upper bounds in grams of each weight class, lightest first. */
export const classes = [
  {name: 'letter', upTo: 500},
  {name: 'small', upTo: 2000},
  {name: 'medium', upTo: 10_000},
  {name: 'large', upTo: 31_500},
]

/** The first class that a weight fits into, or null when it is too heavy to be sent. */
export const classOf = (grams) => {
  for (const entry of classes) {
    if (grams < entry.upTo) return entry.name
  }
  return null
}

/** Longest side plus girth over three metres. */
export const isBulky = ({length, width, height}) => {
  const sides = [length, width, height].sort((a, b) => b - a)
  return sides[0] + 2 * (sides[1] + sides[2]) > 300
}
