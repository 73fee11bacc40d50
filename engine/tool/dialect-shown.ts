// Which parts of a reply only show something: fenced code, code spans, quotations, and what an explaining sentence
// leads up to. A call found there is not a call. Pure.

export interface Fence {
  /** From the first character of the opening fence to after the closing one. */
  from: number
  to: number
  language: string
  body: string
  closed: boolean
}

export const fencesIn = (text: string): Fence[] => {
  const fences: Fence[] = []
  const opening = /^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n`]*$/gm
  let found = opening.exec(text)
  while (found) {
    const mark = found[1] as string
    const start = Math.min(text.length, opening.lastIndex + 1)
    const closing = new RegExp(`^[ \\t]{0,3}${mark[0]}{${mark.length},}[ \\t]*$`, 'gm')
    closing.lastIndex = start
    const end = closing.exec(text)
    const to = end ? closing.lastIndex : text.length
    fences.push({from: found.index, to, language: found[2] as string, body: text.slice(start, end?.index), closed: end !== null})
    opening.lastIndex = to
    found = to >= text.length ? null : opening.exec(text)
  }
  return fences
}

const inSpan = (text: string, at: number): boolean => {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return line.split('`').length % 2 === 0 || /^\s*>/.test(line) || /^(?: {4}|\t)/.test(line)
}

/** Is what stands at `at` shown and not said? */
export const isShown = (text: string, at: number, fences: readonly Fence[]): boolean => fences.some(({from, to}) => at >= from && at < to) || inSpan(text, at)

/** Words of somebody who explains how calls are written; anywhere on the line. */
const teaching = /\b(?:examples?|e\.g|for instance|looks? like)\b/i
/** Words that mean it only in the sentence itself: a model also tells what a test prints before it reads the file. */
const describing =
  /\b(?:such as|format(?:s|ted)?|syntax|would(?! like to)|emits?|emitted|outputs?|prints?|returns?|leak(?:s|ed)?|models?|servers?|pars(?:es?|ed|er)|you (?:can|could|should|may|might|must|need)|to (?:call|invoke|use)|in order to|instead of|templates?|schemas?|docs?|documentation|protocols?|dialects?|never|do not|don't)\b/i
/** Words that tell of a call that was made before. */
const telling =
  /\b(?:earlier|previous(?:ly)?|last (?:call|time|request)|(?:call|request|output|result|log|journal|command) (?:was|that|is|looks)|was called|(?:I|we) (?:have )?(?:already )?(?:ran|run|called|used|sent|tried|made)|recorded|captured)\b/i

/** The same in other tongues. */
const foreign =
  /\b(?:beispiel(?:e|sweise)?|z\. ?b\.|exemples?|ex[ae]mp(?:el|los?)|ejemplos?|esempio?|voorbeeld(?:en)?|formato|formaat|sintaxis|sintassi|syntaxe|so sieht|sieht so aus)(?!\w)|przykład|пример(?!н)|формат|例如|例えば|示例|举例|比如|たとえば|格式(?!化)|形式|예를 들|예시/i
/** What somebody or something else said, or was done before; at the end of the sentence that leads up to it. */
const attributing =
  /(?:\b(?:wrote|said|says|contains|shows|reads|states|holds|has|sends|pasted|ran|already run|called|sent|tried|(?:ends|begins|starts) with|contient|dit|contiene|dice|steht|lautet)|enthält|包含|内容是)(?: (?:this|that|these|the following|exactly this|(?:the|this) (?:text|tool|line|reply)|a line))?\s*[:：]?\s*$/i
const recording =
  /\b(?:fixtures?|snapshots?|transcripts?|payloads?|pasted|quot(?:es?|ed)|for the record)\b|\bthe (?:\w+ )?(?:call|reply|request|string)\b[^,]* (?:was|is|failed)\s*:?\s*$/i
/** Words of somebody who is about to do it himself: then it is not what was said. */
const intending = /\b(?:let me|let's|I'll|I will|I'm going|going to|now|to see|next|again|retry\w*)\b|^\s*\w+ing\b/i
const refusing =
  /\bI(?:'ll|'d| will| would| should| must| do)? (?:not|never) (?:run|call|execute|do|make|use|send|write)\b|\bI (?:won't|wouldn't|shouldn't|refuse to|decline to)\b/i
/** Somebody else shall decide; a question to oneself asks for what is not known. */
const asking =
  /\b(?:please confirm|with your|(?:if|once|unless|after|when) you)\b|\b(?:do you want|would you like|want me to|(?:should|shall|may) I)\b[^.!]*:\s*$|^(?!\s*(?:what|where|why|how|which|who)\b).*[?？]\s*$/i
/** One of several, each under the name of whose it is. */
const label = /^\s*(?:[-*•]|\d+[.)])?\s*\**(?:hermes|mistral|qwen|llama|deepseek|kimi|harmony|glm|openai|anthropic)\b[^:.]{0,20}:?\**:?\s*$/i
/** What comes after goes on with the sentence that stands before. */
const goesOn = /^(?:and|but|or|because|which|that|is|was|are|were|has|had|as|so that|in (?:your|the)|while|when)\b/

const isQuoted = (lead: string, tail: string): boolean => {
  const sentence = lastSentence(lead)
  const isOthers = attributing.test(sentence) || recording.test(sentence)
  return (isOthers && !intending.test(sentence)) || [foreign, refusing, asking].some((words) => words.test(sentence)) || label.test(lead) || goesOn.test(tail)
}

const lastSentence = (line: string): string => line.split(/[.!?;]\s+(?=\S)/).at(-1) ?? ''
const firstSentence = (line: string): string => line.split(/[.!?]\s+(?=\S)/)[0] ?? ''

/** Does the sentence before or after a place explain rather than do? `bare`: no mark says that it is a call, so what tells of the past counts too. */
export const isExplained = (before: string, after: string, bare = false): boolean => {
  const lead = (before.trimEnd().split('\n').at(-1) ?? '').slice(-300)
  const tail = (after.trimStart().split('\n')[0] ?? '').slice(0, 300)
  const near = [lastSentence(lead), firstSentence(tail)]
  if (isQuoted(lead, tail)) return true
  return [lead, tail].some((line) => teaching.test(line)) || near.some((sentence) => describing.test(sentence) || (bare && telling.test(sentence)))
}

/** Nothing but blanks stands before `at` on its line. */
export const beginsLine = (text: string, at: number): boolean => /^[ \t]{0,3}$/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))

/** A sentence has just ended before `at`. */
export const followsSentence = (text: string, at: number): boolean => /[.!?:…。：]\s*$/.test(text.slice(Math.max(0, at - 8), at))
