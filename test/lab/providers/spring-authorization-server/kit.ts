import type { ClientRegistration, People, Person, ProviderKit, ProviderSetup } from '../kit.ts'
import { startProgram } from '../program.ts'
import { findMissing, springJar } from './distribution.ts'
import { springPages } from './pages.ts'

/** Spring Authorization Server as Spring Boot sets it up: its own login and consent page, in memory. */
export const springKit: ProviderKit = {
  name: 'spring-authorization-server',
  findMissing,
  ignoresPromptNone: true,
  ignoresPromptLogin: true,
  repeatsRequest: true,
  lacksFormPost: true,
  start: async (setup) => {
    const { publicUrl, port, clients } = setup
    const url = `http://127.0.0.1:${port}`
    const program = await startProgram({
      name: 'Spring Authorization Server',
      command: ['java', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-jar', springJar],
      env: { SPRING_APPLICATION_JSON: JSON.stringify(describeProperties(setup)) },
      ready: `${url}/.well-known/openid-configuration`,
      host: new URL(publicUrl).host,
    })
    const secret = clients.find(({ clientId }) => clientId === 'step-up-gateway')?.clientSecret
    return {
      url,
      issuer: publicUrl,
      configuration: {
        preset: 'spring-authorization-server',
        ...(secret !== undefined && { probe: { clientSecret: secret } }),
      },
      people,
      pages: springPages,
      close: program.stop,
    }
  },
}

const makePerson = (username: string): Person => ({ username, password: username, subject: username })
const people: People = { alice: makePerson('alice'), bob: makePerson('bob'), dave: makePerson('dave') }

/** The properties of Spring Boot that an administrator would write. */
function describeProperties({ publicUrl, port, clients }: ProviderSetup) {
  const client = Object.fromEntries(clients.map((one) => [one.clientId, describeClient(one)]))
  return {
    server: { address: '127.0.0.1', port, 'forward-headers-strategy': 'framework' },
    spring: { security: { oauth2: { authorizationserver: { issuer: publicUrl, client } } } },
  }
}

function describeClient(client: ClientRegistration) {
  return {
    registration: {
      'client-id': client.clientId,
      'client-name': client.clientId,
      'client-secret': client.clientSecret,
      'client-authentication-methods': ['client_secret_basic', 'client_secret_post'],
      'authorization-grant-types': ['authorization_code', 'refresh_token'],
      'redirect-uris': client.redirectUris,
      'post-logout-redirect-uris': client.postLogoutRedirectUris,
      scopes: ['openid', 'profile', 'email'],
    },
    'require-authorization-consent': client.consent,
  }
}
