export interface Closable {
  close(): Promise<void>
}

/** Notes down a part that has started, so that it ends with the others. */
export type Keep = <P extends Closable>(part: P) => P

/**
 * Starts parts that belong together. They end in the reverse order: with `close`, or at once where a later one does not
 * start.
 * @throws what a part that did not start threw; `close` throws an AggregateError if parts did not end
 */
export async function startTogether<W>(start: (keep: Keep) => Promise<W>): Promise<W & Closable> {
  const parts: Closable[] = []
  const close = async () => {
    const failures: unknown[] = []
    for (const part of parts.splice(0).reverse())
      await part.close().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'a part did not end')
  }
  try {
    const whole = await start((part) => {
      parts.push(part)
      return part
    })
    return { ...whole, close }
  } catch (error) {
    await close()
    throw error
  }
}
