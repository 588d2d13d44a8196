import t from 'tap'
import { modAuthOpenidcKit } from '../lab/applications/mod-auth-openidc/kit.ts'
import { Browser } from '../lab/browser.ts'
import { freePorts } from '../lab/ports.ts'
import { sendFormPosts } from '../lab/providers/auto-submit.ts'
import { oidcProviderKit } from '../lab/providers/oidc-provider/kit.ts'

/** What mod_auth_openidc does by itself, with no gateway in between: what the matrix sees is measured against it. */

const missing = await modAuthOpenidcKit.findMissing()

t.test(
  'mod_auth_openidc talks to the OP itself',
  missing === undefined ? {} : { skip: missing },
  async (t) => {
    const [port = 0] = await freePorts(1)
    const publicUrl = `http://localhost:${port}`
    const { applications, close } = await modAuthOpenidcKit.start(
      publicUrl,
      (['query', 'form_post'] as const).map((responseMode) => ({
        clientId: `direct-${responseMode}`,
        clientSecret: 'only-for-this-test',
        consent: false,
        responseMode,
      })),
    )
    t.teardown(close)
    const clients = applications.map(({ registration }) => registration)
    const { pages, people, close: closeOp } = await oidcProviderKit.start({ publicUrl, port, clients })
    t.teardown(closeOp)

    for (const application of applications) {
      const { clientId, redirectUris } = application.registration
      await t.test(clientId, async (t) => {
        const browser = new Browser()
        t.teardown(() => browser.close())
        const silent = await application.startSignIn(browser, 'none')
        const refused = await sendFormPosts(browser, silent, redirectUris)
        t.equal(application.findError(refused), 'login_required')
        const isMistaken = refused.text.includes('error: Invalid Request')
        t.equal(isMistaken, clientId === 'direct-query', 'takes an error with iss for a login of its own', {
          page: refused.text,
        })
        t.equal(await application.findSubject(browser), undefined)

        const login = await application.startSignIn(browser)
        await sendFormPosts(browser, await pages.logIn(browser, login, people.alice), redirectUris)
        t.equal(await application.findSubject(browser), people.alice.subject)
      })
    }
  },
)
