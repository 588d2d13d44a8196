import { Refusal } from '../refusal.ts'
import { loosenPath, readBasically } from './loose-path.ts'
import { dropScriptExtension, handsOn, isProgramFolder, isScript, mayNameProgram } from './script-names.ts'

/** More programs than any path runs through. */
const maxStarts = 64

/** A path as some server could read it. */
export interface PathReading {
  readonly path: string
  /** Where it begins for the program that gets it: at 0, or behind any name that hands on what follows it. */
  readonly starts: readonly number[]
  /** Its last segment stands with its extension. */
  readonly isWhole: boolean
}

type Change = (segment: string, last: boolean) => string

/**
 * Further readings, where lenient servers differ from each other: none of them for a path that is plainly spelled.
 *
 * @throws {Refusal} `malformed_target` for a path that hands on over and over.
 */
export function readOtherwise(path: string): readonly PathReading[] {
  if (/^[\w/-]*$/.test(path) && /* guard: programs-in-plain-paths */ !mayNameProgram(path)) return []
  const readings = [...readBasically(path)].flatMap((base) => [
    read(base, keep, true),
    read(base, dropScript, true),
    read(base, dropExtension, false),
    read(base, (...it) => (dropScript(...it) === '' ? '' : dropExtension(...it)), false),
  ])
  return [...new Map(readings.map((reading) => [Object.values(reading).join(), reading])).values()]
}

/** How further spellings of an endpoint that is a script look: without its extension, or without its name. */
export function scriptAliases(path: string): readonly string[] {
  const loose = loosenPath(path)
  if (!loose.split('/').some(isScript)) return []
  return [keep, dropScript].flatMap((change) => [
    read(loose, change, true).path,
    read(loose, (...it) => dropScriptExtension(change(...it)), true).path,
  ])
}

/** What a script is given of a path that names one, whatever folder it is in: a server may run it for other names too. */
export function restsBehindScripts(path: string): readonly string[] {
  return [...new Set([loosenPath(path), ...scriptAliases(path)])].flatMap((alias) => {
    const segments = alias.split('/')
    return segments.flatMap((segment, index) => {
      const rest = segments.slice(index + 1)
      return isScript(segment) && rest.length > 0 ? [`/${rest.join('/')}`] : []
    })
  })
}

const keep: Change = (segment) => segment

/** `/index.php/token` is `/token` to a front controller. */
const dropScript: Change = (segment, last) => (!last && isScript(segment) ? '' : segment)

/** `/token.json` is `/token` to routers that take a format from the path; `/token.php/x` is `/token/x` to others. */
const dropExtension: Change = (segment, last) => {
  if (!last) return dropScriptExtension(segment)
  const dot = segment.indexOf('.', 1)
  return dot < 0 ? segment : segment.slice(0, dot)
}

function read(base: string, change: Change, isWhole: boolean): PathReading {
  const segments = base.slice(1).split('/')
  const starts = new Set([0])
  const kept: string[] = []
  let length = 0
  let isBelowFolder = false
  for (const [index, segment] of segments.entries()) {
    const name = change(segment, index === segments.length - 1)
    if (name !== '') {
      kept.push(name)
      length += name.length + 1
    }
    // guard: program-folders
    isBelowFolder ||= isProgramFolder(segment)
    // guard: handing-on
    if (isBelowFolder || handsOn(segment)) starts.add(length)
    // guard: many-programs
    if (starts.size > maxStarts)
      throw new Refusal('malformed_target', 'the path runs through too many programs')
  }
  if (length > 0) starts.delete(length)
  return { path: `/${kept.join('/')}`, starts: [...starts], isWhole }
}
