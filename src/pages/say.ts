import type { Language } from './language.ts'
import type { MessageKey, Text, Value } from './text.ts'

/**
 * Texts in one language, with their values put in.
 *
 * @throws {RangeError} for a key that no catalog has, such as in an operator's template.
 */
export type Say = (text: Text) => string

const hour = 60 * 60_000
const day = 24 * hour

const dateStyle = { dateStyle: 'long', timeZone: 'UTC' } as const
const timeStyle = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
} as const

export function createSay({ messages, formats }: Language): Say {
  function say(text: Text): string {
    if (typeof text === 'string') return find(text)
    const values: Readonly<Record<string, Value>> = text.values
    return find(text.key).replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = values[name]
      return value === undefined ? placeholder : show(value)
    })
  }

  function find(key: MessageKey): string {
    if (Object.hasOwn(messages, key)) return messages[key]
    throw new RangeError(`there is no text "${key}"`)
  }

  function show(value: Value): string {
    if ('word' in value) return value.word
    if ('date' in value) return new Intl.DateTimeFormat(formats, dateStyle).format(value.date)
    if ('time' in value) return new Intl.DateTimeFormat(formats, timeStyle).format(value.time)
    if ('durationMs' in value) return showDuration(value.durationMs)
    const choices = value.anyOf.map((one) => (typeof one === 'object' && 'word' in one ? one.word : say(one)))
    return new Intl.ListFormat(formats, { type: 'disjunction' }).format(choices)
  }

  /** In days from two days on, where they are whole ones; else in hours. */
  function showDuration(durationMs: number): string {
    const isInDays = durationMs >= 2 * day && durationMs % day === 0
    const [amount, unit] = isInDays ? [durationMs / day, 'day'] : [Math.round(durationMs / hour), 'hour']
    return new Intl.NumberFormat(formats, { style: 'unit', unit, unitDisplay: 'long' }).format(amount)
  }

  return say
}
