import { randomBytes } from 'node:crypto'
import express from 'express'
import openidConnect from 'express-openid-connect'
import { serveHosts } from './hosts.mjs'

/** What its guide shows, with the code flow. Its `state` says where to go afterwards, and so is the same for everybody. */
serveHosts(({ clientId, clientSecret, clientAuth }, url, issuer) => {
  const app = express()
  app.use(
    openidConnect.auth({
      issuerBaseURL: issuer,
      baseURL: url,
      clientID: clientId,
      clientSecret,
      clientAuthMethod: clientAuth,
      secret: randomBytes(32).toString('hex'),
      authRequired: false,
      idpLogout: true,
      authorizationParams: { response_type: 'code', scope: 'openid profile email' },
      routes: { login: false, callback: '/callback', logout: '/logout', postLogoutRedirect: '/signed-out' },
    }),
  )
  app.get('/login', (request, response) => {
    const { prompt } = request.query
    return response.oidc.login({ returnTo: '/', ...(prompt && { authorizationParams: { prompt } }) })
  })
  app.get('/', (request, response) => response.send(`signed in: ${request.oidc.isAuthenticated()}`))
  app.get('/signed-out', (_request, response) => response.send('signed out'))
  app.get('/claims.json', (request, response) => response.json(request.oidc.idTokenClaims ?? {}))
  app.post('/refresh', async (request, response) => {
    await request.oidc.accessToken.refresh()
    response.send('refreshed')
  })
  app.use((error, _request, response, _next) => {
    response.status(error.status ?? 500).send(`error ${error.error ?? error.message} end`)
  })
  return app
})
