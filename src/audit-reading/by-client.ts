import type { RecordedLine } from './recorded-line.ts'

/** More clients and pages than an operator lists are taken together. */
const maxKnown = 500
/** Clients that only refused requests name, apart: anyone can make up names. */
const maxUnproven = 100
const longestName = 1024

/** A client or a page of which lines were read, or all that found no room. */
export interface Owner {
  readonly kind: 'client' | 'page' | 'others'
  readonly name: string
}

/** Something kept for each client and each page, of bounded number. */
export class ByClient<T> {
  readonly #create: () => T
  readonly #known = new Map<string, T>()
  readonly #unproven = new Map<string, T>()
  #others: T | undefined

  constructor(create: () => T) {
    this.#create = create
  }

  /** What is kept for the client or page of a line; undefined if it names neither. */
  find(line: RecordedLine): T | undefined {
    const id = identify(line)
    if (id === undefined) return undefined
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const unproven = this.#unproven.get(id)
    // The OP has signed somebody in for it: the name is not made up.
    if (line.audit === 'decision' && this.#known.size < maxKnown) {
      this.#unproven.delete(id)
      return this.#keep(this.#known, id, unproven ?? this.#create())
    }
    if (unproven !== undefined) return unproven
    if (this.#unproven.size < maxUnproven) return this.#keep(this.#unproven, id, this.#create())
    this.#others ??= this.#create()
    return this.#others
  }

  list(): { readonly owner: Owner; readonly value: T }[] {
    const named = [...this.#known, ...this.#unproven].map(([id, value]) => ({ owner: toOwner(id), value }))
    return this.#others === undefined
      ? named
      : [...named, { owner: { kind: 'others', name: 'all others' }, value: this.#others }]
  }

  #keep(kept: Map<string, T>, id: string, value: T): T {
    kept.set(id, value)
    return value
  }
}

/** `c` and a client id, or `p` and the name of a page. */
function identify({ client_id: clientId, page }: RecordedLine): string | undefined {
  if (page !== undefined) return `p${page.slice(0, longestName)}`
  return clientId === undefined ? undefined : `c${clientId.slice(0, longestName)}`
}

const toOwner = (id: string): Owner => ({ kind: id.startsWith('p') ? 'page' : 'client', name: id.slice(1) })

/** `page /account`, `web`. */
export const nameOwner = ({ kind, name }: Owner): string => (kind === 'page' ? `page ${name}` : name)
