// The shape of what a look at the GPUs finds.

export interface Gpu {
  name: string
  /** 0 to 1. */
  busy?: number
  usedBytes?: number
  totalBytes?: number
  celsius?: number
  watts?: number
}

/** Something that looks again and again until it is closed. */
export interface Source {
  close(): void
}
