import { Transform } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { type FieldSearch, searchField } from './field-search.ts'

export interface LoginPageOptions {
  /** The name of the field for the user name. */
  readonly field: string
  /**
   * What goes behind the field, in ASCII; undefined leaves the page as it is.
   *
   * @param policies the content security policies in the page's own markup before the field.
   */
  readonly addition: (policies: readonly string[]) => string | undefined
}

/** A page on its way, part by part. */
export interface LoginPageRewriter {
  /** Whether the page is another one from here on. */
  readonly isChanged: boolean
  /** Takes the next bytes, gives those that can go on; after the write before has ended. */
  write(chunk: Buffer): Promise<Buffer>
  /** Gives what is left at the end of the page. */
  end(): Buffer
}

/** No honest page has more than this without a tag before its login form; one that has is left as it is. */
const maxHeldBytes = 512 * 1024

/** As much as is read in one turn: a few milliseconds of work. */
const maxBytesPerTurn = 8 * 1024

/**
 * Finds the field for the user name in a page, lets browsers offer passkeys in it, and puts an addition behind it.
 * Every other byte passes as it is, in any encoding in which ASCII means ASCII.
 */
export function createLoginPageRewriter({ field, addition }: LoginPageOptions): LoginPageRewriter {
  let search: FieldSearch | undefined = searchField(field)
  /** What the search is in the middle of, and where in the page that begins. */
  let held = Buffer.alloc(0)
  let heldFrom = 0
  let isChanged = false

  function release(to = heldFrom + held.length): Buffer {
    const released = held.subarray(0, to - heldFrom)
    held = held.subarray(to - heldFrom)
    heldFrom = to
    return released
  }

  function take(chunk: Buffer): Buffer {
    if (!search) return chunk
    held = Buffer.concat([held, chunk])
    const { found, readTo } = search.read(chunk)
    if (!found && heldFrom + held.length - readTo <= maxHeldBytes) return release(readTo)
    search = undefined
    const added = found && addition(found.policies)
    if (!found || added === undefined) return release()
    isChanged = true
    const before = release(found.from)
    release(found.to)
    return Buffer.concat([before, Buffer.from(found.tag + added, 'latin1'), release()])
  }

  return {
    get isChanged() {
      return isChanged
    },
    async write(chunk) {
      const taken: Buffer[] = []
      for (let at = 0; at < chunk.length; at += maxBytesPerTurn) {
        if (at > 0 && search) await setImmediate()
        taken.push(take(chunk.subarray(at, at + maxBytesPerTurn)))
      }
      return Buffer.concat(taken)
    },
    end: () => release(),
  }
}

/** The same as a stream of bytes. */
export function rewriteLoginPage(options: LoginPageOptions): Transform {
  const rewriter = createLoginPageRewriter(options)
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => tell(done, () => rewriter.write(chunk)),
    flush: (done) => tell(done, async () => rewriter.end()),
  })
}

/** What is thrown here breaks this page off, not the process. */
function tell(done: (error: Error | null, bytes?: Buffer) => void, make: () => Promise<Buffer>): void {
  make().then((bytes) => done(null, bytes), done)
}
