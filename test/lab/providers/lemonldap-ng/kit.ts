import { existsSync } from 'node:fs'
import type { ProviderKit, ProviderSetup, RunningProvider } from '../kit.ts'
import { freshLoginMs } from './configuration.ts'
import { portalApplication, writeFiles } from './files.ts'
import { makeFolders } from './folders.ts'
import { lemonldapPages } from './pages.ts'
import { lemonldapPeople, registerSecondFactors } from './people.ts'
import { type Programs, startPrograms } from './programs.ts'

const gatewayClient = 'step-up-gateway'
const needed = [portalApplication, '/usr/bin/plackup', '/usr/sbin/nginx']

/** LemonLDAP::NG of Debian 12 behind nginx, with its demonstration accounts, in a scratch folder of its own. */
export const lemonldapKit: ProviderKit = {
  name: 'lemonldap-ng',
  async findMissing() {
    const missing = needed.filter((file) => !existsSync(file))
    if (missing.length === 0) return undefined
    return `LemonLDAP::NG is not installed (${missing.join(', ')}): test/lab/providers/lemonldap-ng/install.sh`
  },
  // Its issuer is the portal's address, which ends in a slash unless an administrator says otherwise.
  issuerOf: (publicUrl) => `${publicUrl}/`,
  ignoresPromptNone: true,
  lacksPushedRequests: true,
  // A client has to be allowed them, one by one.
  lacksRefreshTokens: true,
  // It does not undo the percent-encoding that Basic authentication asks for (RFC 6749 2.3.1).
  clientAuth: 'client_secret_post',
  start: startLemonldap,
}

async function startLemonldap(setup: ProviderSetup): Promise<RunningProvider> {
  const folders = await makeFolders()
  let programs: Programs | undefined
  const close = async () => {
    await programs?.stop()
    await folders.remove()
  }
  try {
    await registerSecondFactors(folders.persistentSessions)
    programs = startPrograms(setup, await writeFiles(setup, folders))
    await programs.ready()
  } catch (error) {
    await close()
    throw error
  }
  const secret = setup.clients.find(({ clientId }) => clientId === gatewayClient)?.clientSecret
  const issuer = `${setup.publicUrl}/`
  return {
    url: `http://127.0.0.1:${setup.port}`,
    issuer,
    configuration: {
      preset: 'lemonldap-ng',
      issuer,
      ...(secret !== undefined && { probe: { clientSecret: secret } }),
    },
    people: lemonldapPeople,
    pages: lemonldapPages,
    freshLoginMs,
    close,
  }
}
