import {classOf, isBulky} from './parcel.js'

const cents = {letter: 195, small: 549, medium: 1049, large: 1999}
const bulkySurcharge = 2500

/** Price in cents; throws for what cannot be sent. */
export const priceOf = (parcel) => {
  const name = classOf(parcel.grams)
  if (name === null) throw new RangeError(`too heavy: ${parcel.grams} g`)
  const base = cents[name]
  return isBulky(parcel.size) ? base + bulkySurcharge : base
}

/** Sum in cents, with one tenth off from ten parcels on. */
export const totalOf = (parcels) => {
  const sum = parcels.reduce((cost, parcel) => cost + priceOf(parcel), 0)
  return parcels.length >= 10 ? Math.round(sum * 0.9) : sum
}
