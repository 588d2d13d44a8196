import type { Exchange } from './exchange.ts'

/**
 * Tells in what an answer through the gateway differs from two direct answers to the same request. What differs
 * between those two is new each time and is masked: word by word in a line, or the line where its words can't be
 * matched. The answer in the middle has to be asked for between the other two, so that no clock and no counter can
 * stand still between these and move on for that.
 *
 * @returns one line for each difference, no line if there is none
 */
export function compare(before: Exchange, answer: Exchange, after: Exchange): string[] {
  const through = unframe(before, answer)
  if (before.name !== through.name || before.name !== after.name) {
    return [`it is another request: ${before.name}, ${through.name}, ${after.name}`]
  }
  const namesOf = ({ headers }: Exchange) => headers.map(([name]) => name).join(' ')
  if (namesOf(before) !== namesOf(after))
    return [`the OP's own headers vary: ${namesOf(before)} | ${namesOf(after)}`]
  if (namesOf(before) !== namesOf(through)) {
    return [`status ${through.status}, headers: ${listChanges(before.headers, through.headers)}`]
  }
  const headers = before.headers.flatMap(([name, value], place) =>
    compareTexts(value, through.headers[place]?.[1] ?? '', after.headers[place]?.[1] ?? '').map(
      (change) => `${name}: ${change}`,
    ),
  )
  const status = compareTexts(`${before.status}`, `${through.status}`, `${after.status}`)
  const body = compareTexts(before.body, through.body, after.body)
  return [
    ...status.map((change) => `status: ${change}`),
    ...headers,
    ...body.map((change) => `body: ${change}`),
  ]
}

/** How the end of a body is told belongs to the hop: a length in place of chunks says the same (RFC 9112 6). */
function unframe(direct: Exchange, answer: Exchange): Exchange {
  if (direct.headers.some(([name]) => name === 'content-length')) return answer
  const length = `${answer.body.length}`
  return {
    ...answer,
    headers: answer.headers.filter(([name, value]) => name !== 'content-length' || value !== length),
  }
}

function listChanges(one: Exchange['headers'], other: Exchange['headers']): string {
  const without = (all: Exchange['headers'], some: Exchange['headers']) =>
    all
      .filter(([name]) => !some.some(([known]) => known === name))
      .map(([name, value]) => `${name}: ${value}`)
  return `gone [${without(one, other).join('; ')}] new [${without(other, one).join('; ')}]`
}

function compareTexts(before: string, through: string, after: string): string[] {
  const [one = [], middle = [], other = []] = [before, through, after].map((text) => text.split('\n'))
  if (one.length !== other.length)
    return [`the OP's own answers have ${one.length} and ${other.length} lines`]
  if (one.length !== middle.length) return [`${middle.length} lines in place of ${one.length}`]
  return one.flatMap((line, place) => compareLines(line, middle[place] ?? '', other[place] ?? ''))
}

function compareLines(before: string, through: string, after: string): string[] {
  if (before === through && before === after) return []
  const [one = [], middle = [], other = []] = [before, through, after].map((line) => line.split(WORD))
  if (one.length !== other.length) return [`the OP's own line varies: ${show(before)} | ${show(after)}`]
  if (one.length !== middle.length) return [`${show(through)} in place of ${show(before)}`]
  return one.flatMap((word, place) => {
    const mine = middle[place] ?? ''
    if (word !== other[place] || word === mine) return []
    const context = one.slice(Math.max(0, place - 20), place).join('')
    if (isRunningDown(context, word, mine)) return []
    return [`${show(mine)} in place of ${show(word)} after ${show(context)}`]
  })
}

/** The rest of a lifetime, in seconds, which is a little shorter when the machine was slow. */
function isRunningDown(context: string, one: string, other: string): boolean {
  return /(?:expires_in"?|max-age)\s*[:=]\s*$/i.test(context) && Math.abs(Number(one) - Number(other)) < 10
}

/** A name, a number or an id; or the base64 of a hash, which holds other characters and may be in quotes for that. */
const WORD =
  /("?-?(?<![\w+/])(?:(?:[A-Za-z0-9+/]|%2B){16,}={1,2}|(?!\/[a-z]+\/)[A-Za-z0-9+/]{64})(?![\w+/=-])"?|(?:[\w-]|%2[BF]|%3D)+)/

const show = (text: string): string => JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text)
