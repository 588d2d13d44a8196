import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createContext, runInContext } from 'node:vm'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { SoftAuthenticator } from './soft-authenticator.ts'

/** What `@authsignal/browser` offers, as far as it is used here; results carry data or an error. */
export type BrowserSdk = {
  setToken(token: string): void
  readonly passkey: {
    signIn(params?: { action?: string; token?: string; autofill?: boolean }): Promise<SdkResult>
    signUp(params: { token?: string; username?: string; displayName?: string }): Promise<SdkResult>
    isAvailableOnDevice(params: { userId: string }): Promise<boolean>
  }
}

export type SdkResult = {
  readonly data?: { readonly token?: string; readonly isVerified?: boolean; readonly userId?: string }
  readonly error?: string
  readonly errorCode?: string
  readonly errorDescription?: string
}

const sdkFile = createRequire(import.meta.url).resolve('@authsignal/browser')

/**
 * The real browser SDK's script, run in a page of its own at `origin` whose WebAuthn is a software
 * authenticator. `fetch` is the page's; a test may put a cookie jar or an Origin header into it.
 */
export function loadBrowserSdk(options: {
  readonly origin: string
  readonly baseUrl: string
  readonly tenantId: string
  readonly authenticator: SoftAuthenticator
  readonly fetch?: typeof fetch
}): BrowserSdk {
  const { origin, authenticator, tenantId, baseUrl } = options
  const stored = new Map<string, string>()
  const credentials = {
    create: async ({ publicKey }: { publicKey: CreationOptions }) =>
      toCredential(authenticator.register(creationToJson(publicKey), origin)),
    get: async ({ publicKey }: { publicKey: RequestOptions }) =>
      toCredential(authenticator.assert(requestToJson(publicKey), origin)),
  }
  const page: Record<string, unknown> = {
    location: new URL(origin),
    navigator: { credentials, userAgent: 'lab' },
    document: {
      cookie: '',
      readyState: 'complete',
      location: new URL(origin),
      // The page has a field with `autocomplete="username webauthn"`, and nothing else that is looked for.
      querySelectorAll: (selector: string) => (selector.includes('webauthn') ? [{}] : []),
    },
    localStorage: {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => stored.set(name, value),
    },
    PublicKeyCredential: Object.assign(() => undefined, {
      isConditionalMediationAvailable: async () => true,
    }),
    crypto: globalThis.crypto,
    fetch: options.fetch ?? fetch,
    ...{ btoa, atob, console, AbortController, setTimeout, clearTimeout, URL },
  }
  page['window'] = page
  page['self'] = page
  page['globalThis'] = page
  const context = createContext(page)
  const script = sdkFile.replace(/index\.js$/, 'index.min.js')
  runInContext(readFileSync(script, 'utf8'), context)
  const { authsignal } = page as { authsignal: { Authsignal: new (options: object) => BrowserSdk } }
  return new authsignal.Authsignal({ tenantId, baseUrl })
}

type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>
type Descriptor = { id: Bytes; type: 'public-key' }
type CreationOptions = Omit<
  PublicKeyCredentialCreationOptionsJSON,
  'challenge' | 'user' | 'excludeCredentials'
> & {
  challenge: Bytes
  user: { id: Bytes; name: string; displayName: string }
  excludeCredentials?: Descriptor[]
}
type RequestOptions = Omit<PublicKeyCredentialRequestOptionsJSON, 'challenge' | 'allowCredentials'> & {
  challenge: Bytes
  allowCredentials?: Descriptor[]
}

// The script's buffers are of another realm: only their bytes are looked at.
const encode = (bytes: Bytes) => Buffer.from(new Uint8Array(bytes)).toString('base64url')
const list = (descriptors: Descriptor[] = []) => descriptors.map((one) => ({ ...one, id: encode(one.id) }))

function creationToJson(options: CreationOptions): PublicKeyCredentialCreationOptionsJSON {
  return {
    ...options,
    challenge: encode(options.challenge),
    user: { ...options.user, id: encode(options.user.id) },
    excludeCredentials: list(options.excludeCredentials),
  }
}

function requestToJson(options: RequestOptions): PublicKeyCredentialRequestOptionsJSON {
  return {
    ...options,
    challenge: encode(options.challenge),
    allowCredentials: list(options.allowCredentials),
  }
}

/** What a page gets from the browser: buffers and functions in the place of base64url. */
function toCredential(answer: RegistrationResponseJSON | AuthenticationResponseJSON): object {
  const { transports, ...fields } = { transports: [], ...answer.response }
  const buffers = Object.entries(fields).map(([name, value]) => [
    name,
    new Uint8Array(Buffer.from(String(value), 'base64url')).buffer,
  ])
  return {
    ...answer,
    rawId: new Uint8Array(Buffer.from(answer.rawId, 'base64url')).buffer,
    getClientExtensionResults: () => answer.clientExtensionResults,
    response: { ...Object.fromEntries(buffers), getTransports: () => transports },
  }
}
