// What is sent as sampling, decided in one place so that `model.asked` can state it.

import type {ModelCard, Sampling} from '../contract/model.ts'

/**
 * What was asked for stands; then what the vendor names for the model; then temperature 0 where tools are called.
 * A model that refuses a temperature is sent none.
 */
export const samplingFor = (card: ModelCard, asked: Sampling, callsTools: boolean): Sampling => {
  const {temperature, topP, ...rest}: Sampling = {...(callsTools && !card.sampling ? {temperature: 0} : {}), ...card.sampling, ...given(asked)}
  if (card.fixedTemperature) return rest
  return {...(temperature === undefined ? {} : {temperature}), ...(topP === undefined ? {} : {topP}), ...rest}
}

const given = (sampling: Sampling): Sampling => Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined))
