import { join } from 'node:path'
import type { ApplicationPlan } from '../../providers/kit.ts'

/** What the two `%s` of mod_auth_openidc's error template are put into: the error and its description. */
export const ERROR_TEMPLATE = `<!doctype html>
<html lang="en">
<head><title>Sign-in failed</title></head>
<body><h1>You are not signed in</h1><p id="error">error: %s</p><p>description: %s</p></body>
</html>
`

export const PROTECTED_PAGE = `<!doctype html>
<html lang="en">
<head><title>Protected</title></head>
<body><h1>You are signed in</h1></body>
</html>
`

const MODULES = [
  ['mpm_event', 'mod_mpm_event.so'],
  ['authn_core', 'mod_authn_core.so'],
  ['authz_core', 'mod_authz_core.so'],
  ['authz_user', 'mod_authz_user.so'],
  ['alias', 'mod_alias.so'],
  ['mime', 'mod_mime.so'],
  ['auth_openidc', 'mod_auth_openidc.so'],
] as const

/** The path of a protected page for each `prompt` that a sign-in may have. */
export const PATHS = { none: '/app/silent', login: '/app/again', usual: '/app/home' }
export const REDIRECT_PATH = '/app/redirect_uri'
export const SIGNED_OUT_PATH = '/signed-out'

/** One apache2 for several applications. */
export interface ApacheSetup {
  /** A folder of its own: logs, cache and pages are there. */
  readonly folder: string
  readonly port: number
  readonly issuer: string
  readonly passphrase: string
  /** The user to become, where apache2 is started by root. */
  readonly user?: string
  readonly hosts: readonly (ApplicationPlan & { readonly host: string })[]
}

/** The whole configuration, nothing of Debian's included. */
export function describeApache(setup: ApacheSetup): string {
  const { folder, port, user } = setup
  return `ServerRoot "${folder}"
ServerName localhost
Listen 127.0.0.1:${port}
PidFile "${join(folder, 'apache2.pid')}"
DefaultRuntimeDir "${folder}"
ErrorLog "${join(folder, 'error.log')}"
LogLevel info auth_openidc:info
${MODULES.map(([name, file]) => `LoadModule ${name}_module /usr/lib/apache2/modules/${file}`).join('\n')}
${user === undefined ? '' : `User ${user}\nGroup ${user}`}
StartServers 1
ServerLimit 1
ThreadsPerChild 16
MaxRequestWorkers 16
TypesConfig /dev/null
AddType text/html .html

# Shared by the applications: metadata is fetched when somebody signs in first.
OIDCProviderMetadataURL ${setup.issuer.replace(/\/$/, '')}/.well-known/openid-configuration
OIDCCryptoPassphrase ${setup.passphrase}
OIDCCacheType file
OIDCCacheDir "${join(folder, 'cache')}"
OIDCHTMLErrorTemplate "${join(folder, 'error.html')}"
OIDCScope "openid profile email"
OIDCResponseType code
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
OIDCInfoHook id_token userinfo

<Directory "${folder}">
  Require all granted
</Directory>
${setup.hosts.map((host) => describeHost(setup, host)).join('\n')}`
}

function describeHost({ folder, port }: ApacheSetup, host: ApacheSetup['hosts'][number]): string {
  const page = join(folder, 'page.html')
  return `<VirtualHost 127.0.0.1:${port}>
  ServerName ${host.host}
  OIDCRedirectURI ${REDIRECT_PATH}
  OIDCClientID ${host.clientId}
  OIDCClientSecret ${host.clientSecret}
  OIDCProviderTokenEndpointAuth ${host.clientAuth ?? 'client_secret_basic'}
  OIDCResponseMode ${host.responseMode ?? 'query'}
  Alias ${SIGNED_OUT_PATH} "${page}"
${Object.values(PATHS)
  .map((path) => `  Alias ${path} "${page}"`)
  .join('\n')}
  <Location /app>
    AuthType openid-connect
    Require valid-user
  </Location>
  <Location ${PATHS.none}>
    OIDCPathAuthRequestParams prompt=none
  </Location>
  <Location ${PATHS.login}>
    OIDCPathAuthRequestParams prompt=login
  </Location>
</VirtualHost>
`
}
