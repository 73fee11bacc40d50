// Candidates share a process, so what one of them does to the language's own objects must not reach the next.

const holders = () => [
  globalThis,
  ...[
    Object,
    Array,
    String,
    Number,
    Boolean,
    Function,
    Map,
    Set,
    WeakMap,
    WeakSet,
    Promise,
    RegExp,
    Date,
    Error,
    Symbol,
    Math,
    JSON,
    Reflect,
    Number,
    console,
  ].flatMap((one) => (typeof one === 'function' && one.prototype ? [one, one.prototype] : [one])),
]

/** Remembers every property now; the function that comes back puts them all back and removes what was added. */
export const keepGlobals = () => {
  const kept = holders().map((holder) => ({
    holder,
    names: new Map(Reflect.ownKeys(holder).map((name) => [name, Object.getOwnPropertyDescriptor(holder, name)])),
  }))
  const own = Reflect.ownKeys
  const read = Object.getOwnPropertyDescriptor
  const write = Object.defineProperty
  const remove = Reflect.deleteProperty
  const same = Object.is
  return () => {
    for (const {holder, names} of kept) {
      for (const name of own(holder)) if (typeof name === 'string' && !names.has(name) && !name.startsWith('__')) remove(holder, name)
      for (const [name, before] of names) {
        const now = read(holder, name)
        if (!('value' in before) || (before.configurable === false && before.writable === false)) continue
        if (now && same(now.value, before.value)) continue
        try {
          write(holder, name, before)
        } catch {
          // not ours to change
        }
      }
    }
  }
}
