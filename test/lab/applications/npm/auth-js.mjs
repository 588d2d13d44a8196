import { randomBytes } from 'node:crypto'
import { ExpressAuth, getSession } from '@auth/express'
import express from 'express'
import { serveHosts } from './hosts.mjs'

/** What its guide shows for a provider of one's own. It checks by PKCE, and here by nonce, so that requests have no `state`. */
serveHosts(({ clientId, clientSecret, clientAuth }, url, issuer) => {
  const config = {
    secret: randomBytes(32).toString('hex'),
    trustHost: true,
    providers: [
      {
        id: 'op',
        name: 'the OP',
        type: 'oidc',
        issuer,
        clientId,
        clientSecret,
        client: { token_endpoint_auth_method: clientAuth },
        checks: ['pkce', 'nonce'],
      },
    ],
    callbacks: {
      jwt: ({ token, account, profile }) =>
        account ? { ...token, sub: profile.sub, idToken: account.id_token } : token,
      session: ({ session, token }) => ({ ...session, sub: token.sub, idToken: token.idToken }),
    },
    logger: { error: () => undefined },
  }
  const app = express()
  app.use('/auth', ExpressAuth(config))
  app.get('/', async (request, response) => {
    response.send(`signed in: ${(await getSession(request, { ...config, basePath: '/auth' })) !== null}`)
  })
  app.get('/claims.json', async (request, response) => {
    const session = await getSession(request, { ...config, basePath: '/auth' })
    response.json({ sub: session?.sub })
  })
  // It leaves the OP's part of a logout to the application.
  app.get('/logout', async (request, response) => {
    const session = await getSession(request, { ...config, basePath: '/auth' })
    const metadata = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    const end = new URL((await metadata.json()).end_session_endpoint)
    end.searchParams.set('id_token_hint', session.idToken)
    end.searchParams.set('post_logout_redirect_uri', `${url}/`)
    response.clearCookie('authjs.session-token').redirect(end.href)
  })
  return app
})
