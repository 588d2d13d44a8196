import { generateKeyPairSync } from 'node:crypto'
import type { ClientRegistration, ProviderSetup } from '../kit.ts'
import type { Folders } from './folders.ts'

/**
 * Up to this age in whole seconds a session is fresh enough for `prompt=login`. LemonLDAP::NG's own default is 5; with
 * 0 it would ask twice where a second ends between the login and the request that it resumes.
 */
const forceAuthnIntervalSeconds = 1

/** When a login is certainly older than that. */
export const freshLoginMs = (forceAuthnIntervalSeconds + 1) * 1000 + 100

/**
 * LemonLDAP::NG's configuration as its file backend reads it (`lmConf-1.json`): the demonstration accounts, the
 * OpenID Connect issuer with one relying party for each client, TOTP for those who registered it, and a macro that
 * makes `amr` from what the session knows of the sign-in. Keys that are not named here are as Debian ships them.
 */
export function describeConfiguration(setup: ProviderSetup, folders: Folders): Record<string, unknown> {
  const { hostname } = new URL(setup.publicUrl)
  return {
    cfgNum: 1,
    cfgAuthor: 'lab',
    cfgDate: Math.floor(Date.now() / 1000),
    cfgVersion: '2.16.1',
    portal: `${setup.publicUrl}/`,
    domain: hostname,
    cookieName: 'lemonldap',
    securedCookie: 0,
    ...describeAuthentication(),
    passwordDB: 'Demo',
    registerDB: 'Null',
    demoExportedVars: { cn: 'cn', mail: 'mail', uid: 'uid' },
    whatToTrace: '_whatToTrace',
    macros: {
      _whatToTrace: 'lc($_user)',
      amr: `$_auth eq 'Passkey' ? 'swk' : $_2f eq 'totp' ? 'pwd; otp; mfa' : 'pwd'`,
    },
    locationRules: { [hostname]: { default: 'accept' } },
    exportedHeaders: {},
    portalForceAuthnInterval: forceAuthnIntervalSeconds,
    ...describeStorage(folders),
    // A passkey needs no second factor.
    totp2fActivation: `has2f('TOTP') && $_auth ne 'Passkey'`,
    totp2fAuthnLevel: 3,
    ...describeIssuer(setup.clients),
  }
}

/** The header in which the portal takes a username for signed in, when the gateway on this machine sends it. */
export const trustedHeader = 'Auth-User'

/** Who comes with the header is signed in as that user; who comes without it sees the form. */
function describeAuthentication(): Record<string, unknown> {
  return {
    authentication: 'Combination',
    userDB: 'Same',
    combination: '[Passkey, People] or [People]',
    combModules: { Passkey: { type: 'Slave', for: 1 }, People: { type: 'Demo', for: 0 } },
    // Else a combination shows an error without a form to whoever has the cookie of a session that has ended.
    portalErrorOnExpiredSession: 0,
    slaveUserHeader: trustedHeader,
    slaveMasterIP: '127.0.0.1',
  }
}

function describeStorage(folders: Folders): Record<string, unknown> {
  const store = (folder: string) => ({ Directory: folder, LockDirectory: `${folder}/lock` })
  return {
    globalStorage: 'Apache::Session::File',
    globalStorageOptions: {
      ...store(folders.sessions),
      generateModule: 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
    },
    persistentStorage: 'Apache::Session::File',
    persistentStorageOptions: store(folders.persistentSessions),
    localSessionStorage: 'Cache::FileCache',
    localSessionStorageOptions: {
      namespace: 'lemonldap-ng-sessions',
      cache_root: folders.cache,
      cache_depth: 3,
      default_expires_in: 600,
      directory_umask: '007',
    },
  }
}

function describeIssuer(clients: readonly ClientRegistration[]): Record<string, unknown> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const byClient = <Value>(describe: (client: ClientRegistration) => Value) =>
    Object.fromEntries(clients.map((client) => [client.clientId, describe(client)]))
  return {
    issuerDBOpenIDConnectActivation: 1,
    oidcServicePrivateKeySig: privateKey,
    oidcServicePublicKeySig: publicKey,
    oidcServiceKeyIdSig: 'lab',
    oidcServiceIgnoreScopeForClaims: 1,
    oidcRPMetaDataOptions: byClient(describeClient),
    oidcRPMetaDataExportedVars: byClient(() => ({
      name: 'cn',
      email: 'mail',
      preferred_username: 'uid',
      amr: 'amr;string;always',
    })),
  }
}

/** This version has no back-channel logout: `backchannelLogoutUri` has no place to go. */
function describeClient(client: ClientRegistration): Record<string, unknown> {
  const options = {
    DisplayName: client.clientId,
    ClientID: client.clientId,
    ClientSecret: client.clientSecret,
    RedirectUris: client.redirectUris.join(' '),
    PostLogoutRedirectUris: client.postLogoutRedirectUris.join(' '),
    BypassConsent: client.consent ? 0 : 1,
    UserIDAttr: 'uid',
    IDTokenSignAlg: 'RS256',
    IDTokenForceClaims: 1,
    RefreshToken: 1,
    ...(client.frontchannelLogoutUri !== undefined && {
      LogoutUrl: client.frontchannelLogoutUri,
      LogoutType: 'front',
      LogoutSessionRequired: 1,
    }),
  }
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [`oidcRPMetaDataOptions${name}`, value]),
  )
}
