import type { en } from './messages/en.ts'

type English = typeof en

export type MessageKey = keyof English

/** A catalog: the same texts in one language. */
export type Messages = Readonly<Record<MessageKey, string>>

type NamesIn<Message extends string> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** What stands in a text for `{name}`. Times are epoch milliseconds and are shown in UTC. */
export type Value =
  | { readonly word: string }
  | { readonly date: number }
  | { readonly time: number }
  | { readonly durationMs: number }
  | { readonly anyOf: readonly (Text | { readonly word: string })[] }

/** A text in no language yet: a key of the catalogs, with its values where the text has any. */
export type Text = {
  [Key in MessageKey]: NamesIn<English[Key]> extends never
    ? Key
    : { readonly key: Key; readonly values: Readonly<Record<NamesIn<English[Key]>, Value>> }
}[MessageKey]
