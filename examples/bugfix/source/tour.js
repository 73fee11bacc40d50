/** Fills vans one after the other, heaviest parcels first; a van carries at most `limit` grams. */
export const toursOf = (parcels, limit) => {
  const tours = []
  for (const parcel of [...parcels].sort((a, b) => b.grams - a.grams)) {
    const van = tours.find((tour) => tour.grams + parcel.grams <= limit)
    if (van) {
      van.parcels.push(parcel)
      van.grams += parcel.grams
    } else {
      tours.push({grams: parcel.grams, parcels: [parcel]})
    }
  }
  return tours
}
