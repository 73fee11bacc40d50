// Do the patches that pass behave alike? They are put into clusters by what they give for inputs that no test has, and
// compared with the program as it was. Agreement is the best sign there is that a patch is right.

/**
 * `outputs`: one list per patch; `original`: the list of the program as it is. Gives {of, count, inputs, difference,
 * strain}: the cluster of each patch, how many there are, on how many inputs they could be compared, an input on which
 * two differ, and how much each patch changes for the worse (new errors, other types) outside of what the tests ask.
 */
export const clusterBy = (outputs, original, inputs, show) => {
  const useful = inputs.map((_, at) => at).filter((at) => outputs.some((one) => one?.[at] !== undefined && !one[at].startsWith('!')))
  const keys = outputs.map((one) => (one === null ? null : useful.map((at) => one[at]).join('\u0000')))
  const numbers = new Map()
  const of = keys.map((key) => {
    if (key === null) return -1
    if (!numbers.has(key)) numbers.set(key, numbers.size)
    return numbers.get(key)
  })
  return {
    of,
    count: Math.max(1, numbers.size),
    inputs: useful.length,
    difference: differenceOf(outputs, useful, inputs, of, show),
    strain: outputs.map((one) => strainOf(one, original, useful)),
  }
}

const differenceOf = (outputs, useful, inputs, of, show) => {
  const first = outputs.findIndex((one) => one !== null)
  const other = outputs.findIndex((one, at) => one !== null && of[at] !== of[first])
  if (first === -1 || other === -1) return null
  const differing = useful.filter((at) => outputs[first][at] !== outputs[other][at])
  const shortest = differing.sort((a, b) => show(inputs[a]).length - show(inputs[b]).length)[0]
  return shortest === undefined
    ? null
    : {
        input: show(inputs[shortest]),
        outputs: [outputs[first][shortest], outputs[other][shortest]].map((one) =>
          one.split(' | ')[0].replace(/^= /, '').replace(/^! /, 'throws ').slice(0, 120),
        ),
      }
}

const kindOf = (output) => (output.startsWith('!') ? 'error' : /^= (undefined|null|None)\b/.test(output) ? 'nothing' : 'value')

const strainOf = (one, original, useful) => {
  if (one === null || original === null || useful.length === 0) return 0
  const worse = useful.filter((at) => kindOf(original[at]) === 'value' && kindOf(one[at]) !== 'value')
  return worse.length / useful.length
}
