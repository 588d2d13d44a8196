import { readClaims } from '../../people.ts'
import type { Application, ApplicationKit, ApplicationPlan } from '../../providers/kit.ts'
import { type Rp, startRp } from '../../rp.ts'

const defaultAuth = 'client_secret_basic'

/** The lab's own application, on openid-client. */
export const openidClientKit: ApplicationKit = {
  name: 'openid-client',
  findMissing: async () => undefined,
  start: async (issuer, plans) => {
    const started: Rp[] = []
    const close = async () => {
      await Promise.all(started.map((rp) => rp.close()))
    }
    try {
      for (const { clientId, clientSecret, clientAuth = defaultAuth } of plans) {
        started.push(
          await startRp({
            issuer,
            clientId,
            clientSecret,
            clientAuth,
            host: `${clientId}.localhost`,
            title: clientId,
          }),
        )
      }
    } catch (error) {
      await close()
      throw error
    }
    return {
      applications: plans.flatMap((plan, place) => {
        const rp = started[place]
        return rp === undefined ? [] : [describeApplication(plan, rp)]
      }),
      close,
    }
  },
}

function describeApplication(plan: ApplicationPlan, rp: Rp): Application {
  const { clientId, clientSecret, clientAuth = defaultAuth, consent, responseMode } = plan
  return {
    registration: {
      clientId,
      clientSecret,
      clientAuth,
      redirectUris: [rp.redirectUri],
      postLogoutRedirectUris: [`${rp.url}/`],
      consent,
    },
    startSignIn: (browser, prompt) => {
      const query = new URLSearchParams({
        ...(responseMode !== undefined && { response_mode: responseMode }),
        ...(prompt !== undefined && { prompt }),
      })
      return browser.navigate(`${rp.url}/login?${query}`, { from: rp.url })
    },
    startPushed: (browser) => browser.navigate(`${rp.url}/login?via=par`, { from: rp.url }),
    refresh: async (browser) => {
      const before = rp.signIns.length
      await browser.post(`${rp.url}/refresh`, {}, { from: rp.url })
      return rp.signIns.length > before
    },
    findSubject: async (browser) => {
      const { sub } = await readClaims(browser, rp)
      return typeof sub === 'string' ? sub : undefined
    },
    findError: (page) =>
      page.url.startsWith(rp.redirectUri) ? / error (\w+) Try again/.exec(page.text)?.[1] : undefined,
    startLogout: (browser) => browser.navigate(`${rp.url}/logout?everywhere=1`, { from: rp.url }),
  }
}
