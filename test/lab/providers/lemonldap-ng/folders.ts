import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where one LemonLDAP::NG keeps everything: configuration, sessions, cache, sockets and logs. */
export interface Folders {
  readonly root: string
  readonly configuration: string
  readonly sessions: string
  readonly persistentSessions: string
  readonly cache: string
  readonly nginx: string
  remove(): Promise<void>
}

export async function makeFolders(): Promise<Folders> {
  const root = await mkdtemp(join(tmpdir(), 'lemonldap-ng-'))
  const folders = {
    root,
    configuration: join(root, 'conf'),
    sessions: join(root, 'sessions'),
    persistentSessions: join(root, 'psessions'),
    cache: join(root, 'cache'),
    nginx: join(root, 'nginx'),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  }
  const { configuration, sessions, persistentSessions, cache, nginx } = folders
  for (const folder of [
    configuration,
    join(sessions, 'lock'),
    join(persistentSessions, 'lock'),
    cache,
    nginx,
  ]) {
    await mkdir(folder, { recursive: true })
  }
  return folders
}
