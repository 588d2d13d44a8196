import { StringDecoder } from 'node:string_decoder'

/** The gateway bounds its lines far below this; what is longer is no line of it. */
const longestLine = 1024 * 1024

/** Stands for a line that was too long to keep. */
export const overlong = Symbol('overlong')

/**
 * Lines of UTF-8 text, in batches as they arrive, without their line ends. A line at the very end needs none. A line
 * is never kept whole beyond a bound, so that a file of one line needs no more memory than any other.
 */
export async function* readLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<(string | typeof overlong)[]> {
  const decoder = new StringDecoder('utf8')
  let begun: string | typeof overlong = ''
  for await (const chunk of bytes) {
    const text = decoder.write(chunk)
    const [first, last] = [text.indexOf('\n'), text.lastIndexOf('\n')]
    if (first === -1) begun = append(begun, text)
    else {
      const between = first === last ? [] : text.slice(first + 1, last).split('\n')
      yield [append(begun, text.slice(0, first)), ...between]
      begun = text.slice(last + 1)
    }
  }
  const last = append(begun, decoder.end())
  if (last !== '') yield [last]
}

function append(begun: string | typeof overlong, more: string): string | typeof overlong {
  return begun === overlong || begun.length + more.length > longestLine ? overlong : begun + more
}
