import type { Config } from '../config/schema/schema.ts'
import { selectCookies, sessionCookiesOf } from '../http/cookies.ts'
import { statePrefix } from '../instance/instance.ts'
import { expectAnswer, readAnswer } from '../probe/authorization-answer.ts'
import {
  composeQuestion,
  createSecrets,
  probeRedirectUri,
  redeemAnswer,
  type Secrets,
  unlessItFails,
} from '../probe/question.ts'
import { askInstance } from './ask-instance.ts'
import type { Dialog } from './dialog.ts'
import { examineClaims } from './examine-claims.ts'
import { adviseSignIn, explainConsent } from './examine-probe-client.ts'
import { type Finding, fine, unknown, wrong } from './finding.ts'
import type { Setting } from './setting.ts'

type SignInSetting = Pick<Setting, 'config' | 'provider' | 'upstream' | 'keys' | 'proofs' | 'now'>

/** The second trip is the probe's own question, in a browser that is signed in. */
type Purpose = 'sign in' | 'ask again'

/** `elsewhere`: the person says that the browser did not come back. */
type Trip =
  | { readonly kind: 'answered'; readonly secrets: Secrets; readonly answer: ReturnType<typeof readAnswer> }
  | { readonly kind: 'elsewhere' | 'given_up' }

/**
 * A person signs in with a browser, with the probe's client and through the gateway, and reports where that ended. The
 * address holds a code that is worth nothing without what only `doctor` knows (PKCE).
 */
export async function examineSignIn(
  setting: SignInSetting & Pick<Setting, 'dialog'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { dialog } = setting
  if (!dialog) return [adviseSignIn()]
  const first = await travel(setting, dialog, 'sign in')
  if (first.kind !== 'answered') return [unknown('the sign-in was given up')]
  const claims = await judgeSignIn(setting, first)
  if (claims[0]?.kind === 'wrong') return claims
  const second = await travel(setting, dialog, 'ask again')
  return [...claims, ...judgeSecond(setting, second), ...(await judgeCookies(setting, second, signal))]
}

async function travel(
  { config, provider, proofs, now }: SignInSetting,
  dialog: Dialog,
  purpose: Purpose,
): Promise<Trip> {
  const prompt = purpose === 'sign in' ? 'omit' : config.provider.probe.prompt
  const secrets = { ...createSecrets(), state: statePrefix + proofs.make('state', now()) }
  const redirectUri = probeRedirectUri(config)
  const url = config.publicUrl + composeQuestion({ config, provider }, secrets, prompt)
  dialog.say(instruct(purpose, redirectUri, url))
  for (;;) {
    const pasted = await dialog.ask()
    if (pasted === undefined) return { kind: 'given_up' }
    if (pasted === '') return { kind: 'elsewhere' }
    if (pasted.startsWith(`${redirectUri}?`)) {
      const expected = expectAnswer(provider.metadata, redirectUri, secrets.state)
      return {
        kind: 'answered',
        secrets,
        answer: readAnswer({ statusCode: 303, location: pasted }, expected),
      }
    }
    dialog.say(`That does not begin with ${redirectUri}?. Paste the whole address.`)
  }
}

function instruct(purpose: Purpose, redirectUri: string, url: string): string {
  const steps =
    purpose === 'sign in'
      ? 'Open this address in a browser and sign in. It ends on a page of the gateway that says "not found", or that the sign-in has expired: that is right.'
      : 'Open this address in the same browser, in which you are signed in now. It should end on such a page at once, without any other.'
  return `\n${steps}\n\n${url}\n\nPaste the address of that page, which begins with ${redirectUri}?. If you end elsewhere, press Enter.`
}

async function judgeSignIn(
  setting: SignInSetting,
  { answer, secrets }: Extract<Trip, { kind: 'answered' }>,
): Promise<Finding[]> {
  const { config } = setting
  if (answer.fault !== undefined)
    return [wrong('sign_in', `the OP answers the sign-in with ${answer.fault}`, "see the OP's log")]
  const deadline = AbortSignal.timeout(config.provider.probe.timeout)
  const result = await unlessItFails(deadline, () => redeemAnswer(setting, secrets, answer.parameters))
  if (result.known) return examineClaims(config, result.identity)
  const { subject } = config.provider
  if (result.reason === 'subject_unreadable')
    return [
      wrong(
        'subject_missing',
        `the ID token has no usable ${subject}, so that nobody is known`,
        `have the OP add ${subject}, or correct provider.subject`,
      ),
    ]
  return [
    wrong(
      'sign_in',
      `the sign-in fails: ${[result.reason, result.detail].filter(Boolean).join(', ')}`,
      "see the OP's log",
    ),
  ]
}

/** In a browser that is signed in, the probe has to get a code at once. */
function judgeSecond({ config }: SignInSetting, trip: Trip): Finding[] {
  const { probe } = config.provider
  switch (trip.kind) {
    case 'given_up':
      return [unknown('what the OP answers to the probe in a session')]
    case 'elsewhere':
      return [explainPage(probe)]
    case 'answered': {
      const { fault } = trip.answer
      if (fault === undefined)
        return [fine('in a session the OP answers the probe with a code, without any page')]
      if (fault === 'consent_required') return [explainConsent(probe)]
      const about = `in a session the OP answers the probe with ${fault}`
      const fix = 'if both addresses were opened in the same browser, set provider.probe.prompt: omit'
      return [wrong('prompt_none', about, fix)]
    }
  }
}

function explainPage(probe: Config['provider']['probe']): Finding {
  if (probe.prompt === 'omit') return explainConsent(probe)
  const about = 'the OP shows a page to a signed-in browser in spite of prompt=none'
  const omit = 'set provider.probe.prompt: omit'
  return wrong(
    'prompt_none',
    about,
    probe.by === 'browser' ? omit : `${omit}, and provider.probe.by: browser`,
  )
}

/** The gateway has seen the names of the cookies with which the browser came. */
async function judgeCookies(setting: SignInSetting, trip: Trip, signal: AbortSignal): Promise<Finding[]> {
  if (trip.kind !== 'answered') return []
  const { config } = setting
  const wanted = config.provider.probe.cookies.join(', ')
  const found = await askInstance(setting, signal, config.publicUrl, trip.secrets.state).catch(
    () => undefined,
  )
  const names = found?.kind === 'gateway' ? found.answer.cookies : undefined
  if (names === undefined)
    return [
      unknown(
        'the names of the session cookies: no gateway has seen them',
        'run doctor once the gateway runs',
      ),
    ]
  const header = names.map((name) => `${name}=x`).join('; ')
  if (selectCookies(header, sessionCookiesOf(config.provider)) !== undefined)
    return [fine(`the browser has a session cookie of provider.probe.cookies (${wanted})`)]
  const others = names.filter((name) => !name.includes('step-up')).join(', ') || 'none'
  return [
    wrong(
      'cookies',
      `a signed-in browser sends none of provider.probe.cookies (${wanted}), but ${others}`,
      "write the names of the OP's session cookies into provider.probe.cookies",
    ),
  ]
}
