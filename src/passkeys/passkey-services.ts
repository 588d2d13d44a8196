import type { AuthsignalClient } from '../authsignal/authsignal-client.ts'
import type { Config, PasskeySignIn } from '../config/schema/schema.ts'
import type { Services } from '../services.ts'
import type { Assets } from './serve-assets.ts'

/** What there is besides where passkeys are configured. */
export interface PasskeyServices extends Services {
  readonly passkeys: NonNullable<Config['passkeys']>
  readonly client: AuthsignalClient
  readonly assets: Assets
}

/** What there is besides where a passkey is a way to sign in. */
export interface PasskeySignInServices extends PasskeyServices {
  readonly signIn: PasskeySignIn
}
