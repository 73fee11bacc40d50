// How a screen's folds are made: a sum over their source, set by the build. Two that differ may not know each other's, so
// a keeper sends what it folded only to a screen that says the same.

declare const PENGUIN_FOLDS: string

export const foldsAs = typeof PENGUIN_FOLDS === 'string' ? PENGUIN_FOLDS : 'source'
