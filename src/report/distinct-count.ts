import { hash } from 'node:crypto'

/** How many different things were seen; `isExact` is false where it is an estimate. */
export interface Distinct {
  readonly count: number
  readonly isExact: boolean
}

/** Up to here every single one is kept. */
const exactUpTo = 1024
/** 2 to the power of 12: an estimate is off by 1.6 % (its standard error). */
const registerCount = 4096
const restBits = 36
const rest = 2 ** restBits

/**
 * 48 bits that tell one text from all others. Taken from SHA-256, so that nobody who can choose texts can choose them.
 */
export const fingerprint = (text: string): number => hash('sha256', text, 'buffer').readUIntBE(0, 6)

/**
 * Counts different fingerprints in constant memory: exactly while they are few, then by HyperLogLog (Flajolet, Fusy,
 * Gandouet, Meunier 2007), in 4 KiB.
 */
export class DistinctCount {
  #few = new Set<number>()
  #registers: Uint8Array | undefined

  add(print: number): void {
    if (this.#registers !== undefined) raise(this.#registers, print)
    else {
      this.#few.add(print)
      if (this.#few.size > exactUpTo) this.#beginToEstimate()
    }
  }

  read(): Distinct {
    if (this.#registers !== undefined) return { count: estimate(this.#registers), isExact: false }
    return { count: this.#few.size, isExact: true }
  }

  #beginToEstimate(): void {
    const registers = new Uint8Array(registerCount)
    for (const one of this.#few) raise(registers, one)
    this.#few.clear()
    this.#registers = registers
  }
}

/** One register keeps the longest run of leading zeros that its share of the fingerprints had. */
function raise(registers: Uint8Array, print: number): void {
  const index = Math.floor(print / rest)
  const below = print % rest
  const rank = below === 0 ? restBits + 1 : restBits - Math.floor(Math.log2(below))
  registers[index] = Math.max(rank, Number(registers[index]))
}

function estimate(registers: Uint8Array): number {
  let [sum, empty] = [0, 0]
  for (const rank of registers) {
    sum += 2 ** -rank
    if (rank === 0) empty += 1
  }
  const raw = ((0.7213 / (1 + 1.079 / registerCount)) * registerCount ** 2) / sum
  // While many registers are empty, their share says more than the harmonic mean.
  return Math.round(
    raw <= 2.5 * registerCount && empty > 0 ? registerCount * Math.log(registerCount / empty) : raw,
  )
}
