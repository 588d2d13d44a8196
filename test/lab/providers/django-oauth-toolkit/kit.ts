import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTogether } from '../../start-together.ts'
import type { People, Person, ProviderKit } from '../kit.ts'
import { startProgram } from '../program.ts'
import { findMissing, python } from './distribution.ts'
import { djangoPages } from './pages.ts'

const issuerOf = (publicUrl: string) => `${publicUrl}/o`

/** django-oauth-toolkit in a small site, with a database of its own for each start. */
export const djangoKit: ProviderKit = {
  name: 'django-oauth-toolkit',
  findMissing,
  issuerOf,
  refusesPromptNone: [500, 500],
  repeatsRequest: true,
  lacksFormPost: true,
  lacksPushedRequests: true,
  start: ({ publicUrl, port, clients }) =>
    startTogether(async (keep) => {
      const folder = await mkdtemp(join(tmpdir(), 'step-up-django-'))
      keep({ close: () => rm(folder, { recursive: true, force: true }) })
      const url = `http://127.0.0.1:${port}`
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const program = await startProgram({
        name: 'django-oauth-toolkit',
        command: [python, join(import.meta.dirname, 'op.py')],
        env: {
          PYTHONDONTWRITEBYTECODE: '1',
          OP_PORT: String(port),
          OP_FOLDER: folder,
          OP_ISSUER: issuerOf(publicUrl),
          OP_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
          OP_CLIENTS: JSON.stringify(clients),
        },
        ready: `${url}/o/.well-known/openid-configuration`,
        host: new URL(publicUrl).host,
      })
      keep({ close: program.stop })
      const secret = clients.find(({ clientId }) => clientId === 'step-up-gateway')?.clientSecret
      return {
        url,
        issuer: issuerOf(publicUrl),
        configuration: {
          preset: 'django-oauth-toolkit',
          ...(secret !== undefined && { probe: { clientSecret: secret } }),
        },
        people,
        pages: djangoPages,
      }
    }),
}

/** Django's users are known by the number of their row. */
const makePerson = (username: string, id: number): Person => ({
  username,
  password: username,
  subject: String(id),
})
const people: People = {
  alice: makePerson('alice', 1),
  bob: makePerson('bob', 2),
  dave: makePerson('dave', 3),
}
