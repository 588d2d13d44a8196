import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import express from 'express'
import { serveHosts } from './hosts.mjs'

const library = join(
  dirname(createRequire(import.meta.url).resolve('oidc-client-ts')),
  '../browser/oidc-client-ts.min.js',
)

/** An application of scripts: the library signs in, here or in a popup, and renews in a frame. It is confidential, since the OP's clients are. */
serveHosts(({ clientId, clientSecret, clientAuth }, url, issuer) => {
  const settings = {
    authority: issuer,
    client_id: clientId,
    client_secret: clientSecret,
    client_authentication: clientAuth,
    redirect_uri: `${url}/${clientId}/callback`,
    popup_redirect_uri: `${url}/${clientId}/popup`,
    silent_redirect_uri: `${url}/${clientId}/silent`,
    scope: 'openid profile email',
    automaticSilentRenew: false,
    silentRequestTimeoutInSeconds: 10,
  }
  const page = (script) => `<!doctype html><title>Application of scripts</title><p id="says">…</p>
<script src="/oidc.js"></script>
<script>
const manager = new oidc.UserManager(${JSON.stringify(settings)})
const say = (text) => { document.getElementById('says').textContent = text }
const fail = (error) => say('error ' + (error.error ?? error.message))
${script}
</script>`
  const app = express()
  app.get('/oidc.js', (_request, response) => response.sendFile(library, { dotfiles: 'allow' }))
  app.get('/', (_request, response) =>
    response.send(
      page(`manager.getUser().then((user) => say(user ? 'signed in as ' + user.profile.sub : 'nobody'))
const open = () => manager.signinPopup().then((user) => say('opened for ' + user.profile.sub), fail)
const renew = () => manager.signinSilent().then((user) => say('renewed for ' + user?.profile.sub), fail)`),
    ),
  )
  app.get('/login', (_request, response) => response.send(page('manager.signinRedirect().catch(fail)')))
  app.get(`/${clientId}/callback`, (_request, response) =>
    response.send(page("manager.signinCallback().then(() => location.replace('/'), fail)")),
  )
  app.get(`/${clientId}/popup`, (_request, response) =>
    response.send(page('manager.signinPopupCallback().catch(fail)')),
  )
  app.get(`/${clientId}/silent`, (_request, response) =>
    response.send(page('manager.signinSilentCallback().catch(fail)')),
  )
  return app
})
