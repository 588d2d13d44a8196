import type { Page } from 'playwright-core'
import type { toVirtualCredential } from '../lab/authsignal/soft-authenticator.ts'

/** An authenticator of Chromium's that needs no finger: it keeps passkeys, and confirms at once while it may. */
export interface VirtualAuthenticator {
  /** Whether it answers by itself; while it does not, it waits like one that nobody touches. */
  answer(isAnswering: boolean): Promise<void>
  /** Whether it knows the finger that touches it. */
  verify(isVerified: boolean): Promise<void>
  countPasskeys(): Promise<number>
  add(credential: ReturnType<typeof toVirtualCredential>): Promise<void>
}

/** Plugs one into a tab, in place of whatever the machine has. */
export async function plugInAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    async answer(enabled) {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
    async verify(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    async countPasskeys() {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.length
    },
    async add(credential) {
      await session.send('WebAuthn.addCredential', { authenticatorId, credential })
    },
  }
}
