import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The version of the gateway, whether this file runs from src or from dist/src. @param from where the search begins. */
export function readPackageVersion(from = import.meta.dirname): string {
  try {
    return JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')).version
  } catch (error) {
    if (dirname(from) === from) throw error
    return readPackageVersion(dirname(from))
  }
}
