import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findBuild } from '../cache.ts'

/** The program that `install.sh` builds. */
export const springJar = join(
  findBuild('spring-authorization-server', import.meta.dirname, ['pom.xml', 'src/main/java/lab/Op.java']),
  'op.jar',
)

/** What keeps it from starting, in one line. */
export async function findMissing(): Promise<string | undefined> {
  return existsSync(springJar)
    ? undefined
    : 'Spring Authorization Server is not built: npm run test:providers:setup (needs Java and Maven Central)'
}
