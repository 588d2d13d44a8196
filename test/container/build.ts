import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { base, importBase, podman, root, setUp } from './podman.ts'

export const image = 'localhost/step-up-gateway'

/** When the sources were last changed, in seconds since 1970: the time of every file in the image. */
export const epoch = execFileSync('git', ['log', '-1', '--format=%ct'], {
  cwd: root,
  encoding: 'utf8',
}).trim()
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Builds the Dockerfile. Only the base is another one than by default.
 *
 * @returns the image's id: the hash of its configuration, which holds those of its layers
 */
export async function buildImage(tag: string): Promise<string> {
  await importBase()
  const values = { NODE_IMAGE: base, SOURCE_DATE_EPOCH: epoch, VERSION: version, REVISION: 'of-the-test' }
  await podman(
    ...[
      'build',
      '--quiet',
      '--isolation=chroot',
      '--network=host',
      '--format=docker',
      `--timestamp=${epoch}`,
    ],
    ...Object.entries(values).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...describeRegistry().map((volume) => `--volume=${volume}`),
    `--tag=${tag}`,
    root,
  )
  return podman('image', 'inspect', '--format={{.Id}}', tag)
}

/** Mounts for npm while it builds: its cache, and the CA of a network that looks into TLS. None is in the image. */
function describeRegistry(): string[] {
  const [cache, npmrc, ca] = [join(setUp, 'npm'), join(setUp, 'npmrc'), process.env['NODE_EXTRA_CA_CERTS']]
  mkdirSync(cache, { recursive: true })
  writeFileSync(npmrc, ca === undefined ? '' : 'cafile=/run/ca.pem\n')
  const mounts = [`${cache}:/root/.npm`, `${npmrc}:/root/.npmrc:ro`]
  return ca === undefined ? mounts : [...mounts, `${ca}:/run/ca.pem:ro`]
}
