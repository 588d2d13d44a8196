import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { startTogether } from '../../start-together.ts'
import type { People, Person, ProviderKit } from '../kit.ts'
import { startProgram } from '../program.ts'
import { TABLES, writeFolder } from './folder.ts'
import { glewlwydPages } from './pages.ts'
import { CODE_SECONDS, describeSettings, PLUGIN } from './settings.ts'

// The metadata is below the plugin's path, and so is the issuer that finds it.
const issuerOf = (publicUrl: string) => `${publicUrl}/api/${PLUGIN}`

/** Debian's Glewlwyd with session management, on a database of its own for each start. */
export const glewlwydKit: ProviderKit = {
  name: 'glewlwyd',
  findMissing: async () =>
    existsSync('/usr/bin/glewlwyd') && existsSync(TABLES)
      ? undefined
      : 'Glewlwyd is not installed: npm run test:providers:setup',
  issuerOf,
  // With a session it wants an id_token_hint.
  refusesPromptNone: ['interaction_required', 'invalid_request'],
  // It does not undo the percent-encoding that Basic authentication asks for (RFC 6749 2.3.1).
  clientAuth: 'client_secret_post',
  repeatsRequest: true,
  // The values in its form are percent-encoded once too often.
  lacksFormPost: true,
  keepsSessionAtLogin: true,
  lacksConsent: true,
  lacksSecondFactor: true,
  start: ({ publicUrl, port, clients }) =>
    startTogether(async (keep) => {
      const folder = await mkdtemp(join(tmpdir(), 'step-up-glewlwyd-'))
      keep({ close: () => rm(folder, { recursive: true, force: true }) })
      const everybody = Object.values(people)
      const subjects = Object.fromEntries(everybody.map(({ username, subject }) => [username, subject]))
      const file = await writeFolder({ folder, publicUrl, port, subjects })
      const url = `http://127.0.0.1:${port}`
      const program = await startProgram({
        name: 'Glewlwyd',
        command: ['glewlwyd', `--config-file=${file}`],
        ready: `${url}/config`,
        host: new URL(publicUrl).host,
      })
      keep({ close: program.stop })
      await administer(`${url}/api`, describeSettings(issuerOf(publicUrl), everybody, clients))
      const secret = clients.find(({ clientId }) => clientId === 'step-up-gateway')?.clientSecret
      return {
        url,
        issuer: issuerOf(publicUrl),
        configuration: {
          preset: 'glewlwyd',
          codeLifetime: `${CODE_SECONDS}s`,
          ...(secret !== undefined && { probe: { clientSecret: secret } }),
        },
        people,
        pages: glewlwydPages,
      }
    }),
}

const makePerson = (username: string): Person => ({
  username,
  password: `${username}-${username}`,
  subject: `sub-of-${username}`,
})
const people: People = { alice: makePerson('alice'), bob: makePerson('bob'), dave: makePerson('dave') }

/** Adds what there is to add in the name of the administrator of a new installation. */
async function administer(
  api: string,
  settings: readonly (readonly [path: string, body: unknown])[],
): Promise<void> {
  let cookie = ''
  const post = async (path: string, value: unknown) => {
    const { statusCode, headers, body } = await request(`${api}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(value),
    })
    const said = await body.text()
    if (statusCode !== 200) throw new Error(`Glewlwyd answered ${statusCode} to ${path}: ${said}`)
    cookie = String(headers['set-cookie'] ?? cookie).replace(/;.*/, '')
  }
  await post('/auth', { username: 'admin', password: 'password' })
  for (const [path, value] of settings) await post(path, value)
}
