import type { Language } from './language.ts'
import type { Text, Value } from './text.ts'

/** Texts in one language, with their values put in. */
export type Say = (text: Text) => string

const day = 24 * 60 * 60_000

export function createSay({ messages, formats, finish = (text) => text }: Language): Say {
  const dates = new Intl.DateTimeFormat(formats, { dateStyle: 'long', timeZone: 'UTC' })
  const times = new Intl.DateTimeFormat(formats, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  })
  const choices = new Intl.ListFormat(formats, { type: 'disjunction' })

  function say(text: Text): string {
    if (typeof text === 'string') return messages[text]
    const values: Readonly<Record<string, Value>> = text.values
    return messages[text.key].replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = values[name]
      return value === undefined ? placeholder : show(value)
    })
  }

  function show(value: Value): string {
    if ('word' in value) return value.word
    if ('date' in value) return finish(dates.format(value.date))
    if ('time' in value) return finish(times.format(value.time))
    if ('durationMs' in value) return finish(showDuration(value.durationMs))
    const words = value.anyOf.map((one) => (typeof one === 'object' && 'word' in one ? one.word : say(one)))
    return joinChoices(words)
  }

  /** Only what is between the words is the language's: the words are done. */
  function joinChoices(words: readonly string[]): string {
    return choices
      .formatToParts(words)
      .map(({ type, value }) => (type === 'literal' ? finish(value) : value))
      .join('')
  }

  /** In whole days, or in whole hours where it is less than two days or no whole number of days. */
  function showDuration(durationMs: number): string {
    const isInDays = durationMs >= 2 * day && durationMs % day === 0
    const amount = isInDays ? durationMs / day : Math.round(durationMs / (60 * 60_000))
    const unit = isInDays ? 'day' : 'hour'
    return new Intl.NumberFormat(formats, { style: 'unit', unit, unitDisplay: 'long' }).format(amount)
  }

  return say
}
