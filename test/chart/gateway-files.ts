import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './helm.ts'
import type { KubernetesObject } from './objects.ts'

const tls = join(root, 'test', 'fixtures', 'tls')

/**
 * Writes what a gateway's pod would find in its volumes into a folder: the files of the ConfigMaps, and made-up secrets.
 *
 * @returns the configuration file
 */
export function writeGatewayFiles(folder: string, configMaps: readonly KubernetesObject[]): string {
  for (const { metadata, data } of configMaps) {
    const mount = metadata.name.endsWith('-clients') ? 'clients' : 'config'
    mkdirSync(join(folder, mount), { recursive: true })
    for (const [name, text] of Object.entries(data ?? {})) {
      const moved = text.replaceAll(/(?<=\$\{file:)\/run\/secrets\/[^}]+/g, (path) => {
        writeSecret(join(folder, path))
        return join(folder, path)
      })
      writeFileSync(join(folder, mount, name), moved)
    }
  }
  return join(folder, 'config', 'gateway.yaml')
}

function writeSecret(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  if (path.endsWith('.key')) writeFileSync(path, readFileSync(join(tls, 'public.key')))
  else if (path.endsWith('ca.crt')) writeFileSync(path, readFileSync(join(tls, 'ca.pem')))
  else if (path.endsWith('.crt')) writeFileSync(path, readFileSync(join(tls, 'public.pem')))
  else writeFileSync(path, 'only-for-this-test\n')
}
