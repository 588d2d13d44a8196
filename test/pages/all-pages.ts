import { challengePage } from '../../src/pages/challenge-page.ts'
import { formPostPage } from '../../src/pages/form-post-page.ts'
import { openAppPage } from '../../src/pages/open-app-page.ts'
import {
  endedPage,
  notVerifiedPage,
  pageVerifiedPage,
  rememberDevicePage,
  startAgainPage,
  verifyFirstPage,
} from '../../src/pages/outcome-page.ts'
import type { Page } from '../../src/pages/page.ts'
import { passkeyRemovalPage } from '../../src/pages/passkey-removal-page.ts'
import { type PasskeyNotice, passkeysPage } from '../../src/pages/passkeys-page.ts'
import { refusalPage } from '../../src/pages/refusal-page.ts'
import type { NotVerifiedReason } from '../../src/records/records.ts'
import type { RefusalCode } from '../../src/refusal.ts'
import { statuses } from '../http/statuses.ts'

const supportId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const challengeUrl = 'https://mfa.example.com/?token=1'
const day = 24 * 60 * 60_000
const until = Date.UTC(2027, 0, 31, 18)
const [codes, methods] = [
  Object.keys(statuses) as RefusalCode[],
  [
    'PASSKEY',
    'SECURITY_KEY',
    'AUTHENTICATOR_APP',
    'EMAIL_OTP',
    'EMAIL_MAGIC_LINK',
    'SMS',
    'WHATSAPP',
    'PUSH',
  ],
]
const reasons: Readonly<Record<NotVerifiedReason, true>> = {
  cancelled: true,
  failed: true,
  method_not_allowed: true,
  denied: true,
  unavailable: true,
}
const notices: Readonly<Record<PasskeyNotice, true>> = {
  added: true,
  removed: true,
  not_removed: true,
  last_one: true,
}

const skip = { href: '/step-up/skip/1', until }
/** Names are in letters that no catalog has. */
const passkeys = [
  { id: '1', name: 'Ωμέγα', createdAt: Date.UTC(2026, 2, 4), lastUsedAt: Date.UTC(2026, 10, 21) },
  { id: '2', name: 'Ключ', createdAt: Date.UTC(2026, 5, 17) },
  { id: '3', name: '鍵', createdAt: Date.UTC(2025, 11, 31), lastUsedAt: Date.UTC(2026, 0, 1) },
]

const openApp = [openAppPage({ href: 'com.example.app:/cb?error=access_denied', supportId })].filter(
  (page) => page !== undefined,
)

function showPasskeys(options: Partial<Parameters<typeof passkeysPage>[0]>): Page {
  return passkeysPage({
    passkeys,
    canRemove: true,
    removeHref: '/step-up/passkeys/remove',
    tenantId: '00000000-0000-0000-0000-000000000000',
    baseUrl: 'https://login.example.com/step-up',
    username: 'αλίκη',
    displayName: 'Αλίκη',
    scripts: [],
    scriptSource: 'https://login.example.com/step-up/assets/',
    connectSource: 'https://login.example.com/step-up/client/',
    supportId,
    ...options,
  })
}

/** Every page that the gateway has, by a name for its picture. */
export const allPages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['challenge', challengePage({ challengeUrl, supportId })],
  ['challenge-one-method', challengePage({ challengeUrl, supportId, acceptedMethods: ['PASSKEY'] })],
  ['challenge-methods', challengePage({ challengeUrl, supportId, acceptedMethods: methods })],
  ['challenge-skip', challengePage({ challengeUrl, supportId, skip })],
  [
    'challenge-skip-methods',
    challengePage({ challengeUrl, supportId, skip, acceptedMethods: ['QR_CODE', 'RECOVERY_CODE'] }),
  ],
  [
    'remember-device',
    rememberDevicePage({ rememberHref: '/1', continueHref: '/2', durationMs: 30 * day, supportId }),
  ],
  [
    'remember-device-hours',
    rememberDevicePage({ rememberHref: '/1', continueHref: '/2', durationMs: day / 2, supportId }),
  ],
  ['verify-first', verifyFirstPage({ challengeHref: '/step-up/challenge/1', supportId })],
  ['page-verified', pageVerifiedPage({ backHref: '/account', supportId })],
  ['page-verified-no-link', pageVerifiedPage({ supportId })],
  ['start-again', startAgainPage({ supportId })],
  ['start-again-link', startAgainPage({ startHref: 'https://app.example.com', supportId })],
  ['ended', endedPage({ startHref: 'https://app.example.com', supportId })],
  ['ended-page', endedPage({ pageHref: 'https://login.example.com/account', supportId })],
  ...(Object.keys(reasons) as NotVerifiedReason[]).map(
    (reason) =>
      [
        `not-verified-${reason}`,
        notVerifiedPage({ reason, retryHref: '/step-up/retry/1', backHref: '/step-up/back/1', supportId }),
      ] as const,
  ),
  ['refusal-sign_in_first-link', refusalPage('sign_in_first', supportId, '/step-up/passkeys/sign-in')],
  ...codes.map((code) => [`refusal-${code}`, refusalPage(code, supportId)] as const),
  [
    'form-post',
    formPostPage({
      action: 'https://app.example.com/cb',
      fields: [
        ['error', 'access_denied'],
        ['state', '2'],
      ],
      supportId,
    }),
  ],
  ...openApp.map((page) => ['open-app', page] as const),
  ['passkeys-none', showPasskeys({ passkeys: [], canRemove: false })],
  ['passkeys-three', showPasskeys({ returnHref: 'https://app.example.com/settings' })],
  [
    'passkeys-alike',
    showPasskeys({
      passkeys: ['1', '2'].map((id) => ({
        ...{ id, name: 'Ωμέγα', addedWith: 'Λ' },
        createdAt: Date.UTC(2026, 2, 4, Number(id)),
      })),
    }),
  ],
  [
    'passkeys-removal',
    passkeyRemovalPage({
      passkey: { id: '1', name: 'Ωμέγα', addedWith: 'Λ', createdAt: Date.UTC(2026, 2, 4) },
      removeHref: '/step-up/passkeys/remove',
      keepHref: '/step-up/passkeys',
      supportId,
    }),
  ],
  ['passkeys-long-name', showPasskeys({ passkeys: [{ id: '1', name: 'Ω'.repeat(200), createdAt: 0 }] })],
  ...(Object.keys(notices) as PasskeyNotice[]).map(
    (notice) => [`passkeys-${notice}`, showPasskeys({ notice })] as const,
  ),
])
