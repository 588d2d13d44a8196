import type { Browser, Page } from '../../browser.ts'
import { readForms } from '../../html.ts'
import { type Op, startOp } from '../../op.ts'
import type { LabClient } from '../../op-world.ts'
import { isLoginPage, logIn } from '../../people.ts'
import type { ClientRegistration, People, Person, ProviderKit, ProviderPages, ProviderSetup } from '../kit.ts'

const GATEWAY_CLIENT = 'step-up-gateway'

/** The lab's own OP: oidc-provider. */
export const oidcProviderKit: ProviderKit = {
  name: 'oidc-provider',
  findMissing: async () => undefined,
  // It wants offline_access and a consent for them.
  lacksRefreshTokens: true,
  start: async (setup) => {
    const op = await startOp({
      issuer: setup.publicUrl,
      port: setup.port,
      clients: setup.clients.map(describeClient),
      features: { backchannelLogout: { enabled: true } },
    })
    return {
      url: op.url,
      issuer: op.issuer,
      configuration: configureGateway(setup),
      people: findPeople(op),
      pages: oidcProviderPages,
      close: op.close,
    }
  },
}

/** A client in oidc-provider's words. */
export function describeClient(client: ClientRegistration): LabClient {
  return {
    client_id: client.clientId,
    client_name: client.clientId,
    client_secret: client.clientSecret,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    token_endpoint_auth_method: client.clientAuth,
    ...(client.consent && { consent: true }),
    ...(client.backchannelLogoutUri !== undefined && {
      backchannel_logout_uri: client.backchannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
  }
}

/** What the gateway needs to know of it. */
export function configureGateway({ clients }: ProviderSetup) {
  const secret = clients.find(({ clientId }) => clientId === GATEWAY_CLIENT)?.clientSecret
  return { preset: 'oidc-provider', ...(secret !== undefined && { probe: { clientSecret: secret } }) }
}

export function findPeople(op: Op): People {
  return { alice: findPerson(op, 'alice'), bob: findPerson(op, 'bob'), dave: findPerson(op, 'dave') }
}

function findPerson({ users }: Op, name: string): Person {
  const user = users.find(({ username }) => username === name)
  if (user === undefined) throw new Error(`the lab has no person ${name}`)
  return { username: name, password: name, subject: user.sub }
}

/** The lab's own pages of it. */
export const oidcProviderPages: ProviderPages = {
  isLogin: isLoginPage,
  logIn: (browser, page, { username }) => logIn(browser, page, username),
  takeOver: async (browser, page, { username }) => {
    // The login of another person ends the session of the first: a form that a script would send says so.
    const question = await logIn(browser, page, username)
    const isQuestion = readForms(question.body)[0]?.action.endsWith('/logout/confirm') === true
    return isQuestion ? browser.submit(question) : question
  },
  isConsent: ({ body }) => /<form method="post" action="\/interaction\/[\w-]+\/consent">/.test(body),
  consent: (browser, page) => browser.submit(page, {}, { form: '/consent' }),
  confirmLogout,
}

async function confirmLogout(browser: Browser, page: Page): Promise<Page> {
  if (!page.body.includes('id="op.logoutForm"')) return page
  return browser.submit(page, {}, { form: 'op.logoutForm', button: 'Sign out' })
}
