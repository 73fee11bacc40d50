// Half letters in what is sent: a model's noise or a tool's odd file may hold a surrogate without its other half, which
// JSON can write and strict readers (llama-server among them) refuse with the whole request. Pure.

/** As `JSON.stringify` writes it: an escape, for whole letters stand as they are. A backslash before it may be a text's own. */
const half = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g

/** The JSON text with U+FFFD in place of each. */
export const wholeLetters = (json: string): string => (json.includes('\\ud') ? json.replace(half, '$1\\ufffd') : json)
