import type { ProviderKit, ProviderSetup, RunningProvider } from '../kit.ts'
import { findDistribution, findMissing } from './distribution.ts'
import { type Home, makeHome } from './home.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'
import { keycloakPages } from './pages.ts'
import { keycloakPeople } from './people.ts'
import { describeRealm, REALM } from './realm.ts'
import { type Server, startServer } from './server.ts'

/** Keycloak with the mail that it sends. */
export interface RunningKeycloak extends RunningProvider {
  readonly mailbox: Mailbox
}

/** Keycloak as it comes, with a realm of ours, on a database of its own for each start. */
export const keycloakKit = {
  name: 'keycloak',
  findMissing,
  issuerOf: (publicUrl: string) => `${publicUrl}/realms/${REALM}`,
  start: startKeycloak,
} satisfies ProviderKit

async function startKeycloak({ publicUrl, port, clients }: ProviderSetup): Promise<RunningKeycloak> {
  const mailbox = await startMailbox()
  let home: Home | undefined
  let server: Server | undefined
  const close = async () => {
    await server?.stop()
    await home?.remove()
    await mailbox.close()
  }
  try {
    home = await makeHome(findDistribution(), describeRealm({ clients, mailPort: mailbox.port }))
    server = startServer(home.folder, publicUrl, port)
    await server.ready()
  } catch (error) {
    await close()
    throw error
  }
  const secret = clients.find(({ clientId }) => clientId === 'step-up-gateway')?.clientSecret
  return {
    url: `http://127.0.0.1:${port}`,
    issuer: keycloakKit.issuerOf(publicUrl),
    configuration: {
      preset: 'keycloak',
      ...(secret !== undefined && { probe: { clientSecret: secret } }),
    },
    people: keycloakPeople,
    pages: keycloakPages,
    mailbox,
    close,
  }
}
