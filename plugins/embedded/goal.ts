// What a request wants from the search: a repair, an account of what fails, or something that it cannot do. Words only; when
// in doubt a repair is looked for, since only tests decide on it. A question is never answered with an edit.

export type Wish = {is: 'repair'; paths: string[]} | {is: 'explain'} | {is: 'other'; why: string}

const courtesy =
  /^(?:\s|[,.!:]|please\b|hi\b|hello\b|hey\b|penguin\b|(?:can|could|would|will) you\b|i (?:want|need|would like)(?: you)? to\b|let'?s\b|now\b|just\b)+/i
const asking =
  /^(?:why|what(?:'s| is| are| does| do)?|which|how|where|when|who|is|are|does|do|did|has|have|should|explain|describe|summari[sz]e|tell|list|show|review|analy[sz]e)\b/i
const making =
  /^(?:add|implement|write|create|build|generate|refactor|rename|move|extract|split|document|translate|convert|migrate|upgrade|update|remove|delete|port|introduce|support|optimi[sz]e|improve|design|replace|install|configure|bump|change|extend|support)\b/i
const repairing =
  /\b(?:fix(?:es|ed|ing)?|repair(?:s|ed|ing)?|mend|debug|solve|resolve|bugs?|broken|breaks?|fail(?:s|ed|ing|ures?)?|red|green|pass(?:es|ing)?|regressions?|wrong|crash(?:es)?)\b/i
const alsoRepair = /(?:[.?!;,\n]|\band\b|\bthen\b)\s*(?:then\s+|please\s+)*(?:fix|repair|mend|correct|solve|resolve|debug|make)\b/i
const aboutTests = /\b(?:tests?|suite|spec|fail(?:s|ed|ing|ures?)?|bugs?|broken|red|wrong|errors?|crash(?:es)?)\b/i
const pathWord = /(?:[\w@.-]+\/)*[\w@-][\w@.-]*\.(?:[cm]?[jt]sx?|py)\b/g

/** Reads the first words of a goal; `paths` are files that it names, as it names them. */
export const wishOf = (goal: string): Wish => {
  const text = goal.trim().replace(courtesy, '')
  if (asking.test(text) && !alsoRepair.test(text)) return aboutTests.test(text) ? {is: 'explain'} : {is: 'other', why: 'this asks a question about the code'}
  if (making.test(text) && !repairing.test(text)) return {is: 'other', why: 'this asks for something new, which no failing test can show to be a small slip'}
  return {is: 'repair', paths: [...new Set(text.match(pathWord) ?? [])].slice(0, 8)}
}
