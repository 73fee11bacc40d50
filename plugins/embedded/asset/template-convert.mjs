// Templates for what a value must be made before it is used: another case, a number, another unit, the opposite.

import {textOf} from './parse.mjs'
import {say} from './spot.mjs'
import {fittedOperation} from './surface.mjs'

const isPython = (at) => at.surface.name === 'py'

const cases = ['.lower()', '.upper()', '.strip()', '.title()', '.capitalize()', '.casefold()']
// x.strip() → x.strip().title()
const cased = (node, at) => {
  const {callee} = node.view
  const up = node.up?.view
  if (
    !isPython(at) ||
    callee.view?.is !== 'attr' ||
    !/^(r?strip|lstrip|lower|upper|replace|get|group|title)$/.test(textOf(callee.view.attr)) ||
    up?.is === 'attr'
  )
    return
  for (const [index, end] of cases.entries())
    at.put(node, textOf(node) + end, 1.1 + 0.05 * index, 'missing normalisation', `${say(textOf(node))} needs \`${end}\``)
}

const rated = /percent|rate|discount|tax|ratio|share|fee|interest|margin|pct/i
// Seconds and milliseconds, kilos and grams; hours, minutes and seconds.
const thousands = /sec|ms$|milli|ttl|timeout|^k[gmb]$|kilo/i
const sixties = /min|hour|sec/i
const scaled = (node, at) => {
  const up = node.up?.view
  if (
    !up ||
    !/^(binary|call|return|assign|declare|paren|named)$/.test(up.is) ||
    (up.is === 'assign' && up.target === node) ||
    up.callee === node ||
    node.up.view?.is === 'attr'
  )
    return
  const own = textOf(node)
  const last = /\w+$/.exec(own)?.[0] ?? ''
  for (const [op, value] of [
    ['/', '100'],
    ['*', '100'],
    ['/', '60'],
    ['*', '60'],
    ['/', '1000'],
    ['*', '1000'],
    ['*', '2'],
    ['//', '2'],
  ]) {
    if (op === '//' && !isPython(at)) continue
    const likely = (value === '100' && rated.test(last)) || (value === '1000' && thousands.test(last)) || (value === '60' && sixties.test(last))
    at.put(node, fittedOperation(node, `${own} ${op} ${value}`, op), likely ? 0.95 : 1.6, 'unit', `${say(own)} should be ${say(`${own} ${op} ${value}`)}`)
  }
}

// if x.isdigit(): … x → int(x): what is all digits is meant as a number.
const digits = (node, at) => {
  const up = node.up?.view
  const fn = at.functionOf(node)
  if (!isPython(at) || !fn || up?.is === 'attr' || (up?.is === 'assign' && up.target === node) || up?.callee === node) return
  const own = textOf(node)
  if (new RegExp(`\\b${own.replace(/\W/g, '\\$&')}\\.is(digit|numeric|decimal)\\(`).test(textOf(fn)) && textOf(up?.callee ?? node) !== 'int')
    at.put(node, `int(${own})`, 0.7, 'conversion', `${say(own)} must be a number`)
}

// bool(x) → not x
const denied = (node, at) => {
  if (isPython(at) && textOf(node.view.callee) === 'bool' && node.view.args.length === 1)
    at.put(node, `not ${textOf(node.view.args[0])}`, 0.85, 'negation', `${say(textOf(node))} must be negated`)
}

/** By view. */
export const convertTemplates = {call: [cased, denied], name: [scaled, digits], attr: [scaled]}
