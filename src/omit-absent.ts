/** An object without the properties that are `undefined`, for where their presence means something. */
export function omitAbsent<T extends object>(values: T): Present<T> {
  const present: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) if (value !== undefined) present[name] = value
  return present as Present<T>
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}
