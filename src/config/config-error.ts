/** The way to a value in the configuration: mapping keys and list positions. */
export type Path = readonly (string | number)[]

/** One fault of the configuration. Line and column count from 1. No value of the file is in it. */
export interface Problem {
  file: string
  line: number
  column: number
  /** Where in the configuration, as `clients.web.redirectUris[0]`; empty for the whole file. */
  key: string
  message: string
  fix: string
}

/** The configuration can't be used. Its message lists every problem, one per line. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** `gateway.yaml:12:5 clients.web.mod: unknown key; did you mean "mode"?` */
export function formatProblem({ file, line, column, key, message, fix }: Problem): string {
  return `${file}:${line}:${column}${key === '' ? '' : ` ${key}`}: ${message}; ${fix}`
}

/** A path as people read it; keys that are not plain words are quoted. */
export function formatKey(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(part)) return `[${JSON.stringify(shorten(part))}]`
      return index === 0 ? part : `.${part}`
    })
    .join('')
}

/** In `{ clientSecret:abc }`, with the space forgotten, YAML reads one key that holds the secret. */
function shorten(key: string): string {
  const glued = /^[A-Za-z_-]+:(?!\/\/)/.exec(key)?.[0]
  const shown = glued ?? key.slice(0, 64)
  return shown === key ? key : `${shown}…`
}
