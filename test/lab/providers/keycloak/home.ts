import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A home folder for one start of Keycloak: the programs are shared, the data are its own. */
export interface Home {
  readonly folder: string
  remove(): Promise<void>
}

/**
 * Makes a scratch folder with the database of the installation and a realm to import.
 * @param distribution where Keycloak is installed
 */
export async function makeHome(distribution: string, realm: unknown): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-keycloak-'))
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    for (const part of ['conf', 'lib', 'providers', 'themes'])
      await symlink(join(distribution, part), join(folder, part))
    await mkdir(join(folder, 'data/import'), { recursive: true })
    await mkdir(join(folder, 'data/h2'))
    await copyFile(join(distribution, 'template/keycloakdb.mv.db'), join(folder, 'data/h2/keycloakdb.mv.db'))
    await writeFile(join(folder, 'data/import/realm.json'), JSON.stringify(realm))
    return { folder, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
