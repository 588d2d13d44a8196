/*
 * Offers the passkeys of this device in the user name field of the OP's login page. The gateway put it right behind
 * that field, after the SDK; its own script element says how it reaches the gateway:
 *   data-tenant-id  the tenant at Authsignal
 *   data-base-url   public URL and path prefix of the gateway
 * The page is somebody else's: nothing here throws into it or changes it, the script elements go when they have
 * run, and whatever fails leaves the password.
 */
;(() => {
  'use strict'

  /** A challenge lives for ten minutes; a person who picks a passkey then has two of them left. */
  const renewAfterMs = 7.5 * 60_000
  const lookEveryMs = 30_000
  /** A page that is open all day stops asking. */
  const maxOffers = 30
  /** What the browser declines sooner no person declined, and it would do so again. */
  const quickFailureMs = 1_000

  const element = document.currentScript
  const { tenantId = '', baseUrl = '' } = element?.dataset ?? {}

  /** @type {typeof import('@authsignal/browser') | undefined} */
  const sdk = Reflect.get(window, 'authsignal')

  let offers = 0
  let offeredAt = 0
  let hasEntered = false

  /** The page's own style rules may count on what stands next to the field. */
  function removeElements() {
    const before = element?.previousElementSibling
    if (before instanceof HTMLScriptElement && before.src.startsWith(`${baseUrl}/assets/`)) before.remove()
    element?.remove()
  }

  async function start() {
    removeElements()
    if (!sdk || new URL(baseUrl).origin !== location.origin || !(await canAutofill())) return
    const { passkey } = openClient(sdk)
    const offerQuietly = () => {
      offer(sdk, passkey).catch(() => undefined)
    }
    // Nobody can pick a passkey in a page that is hidden, or has the browser's own dialog before it.
    const renew = () => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return
      if (Date.now() - offeredAt >= renewAfterMs) offerQuietly()
    }
    setInterval(renew, lookEveryMs)
    document.addEventListener('visibilitychange', renew)
    // A page that comes back from the browser's memory has lost what it was waiting for.
    addEventListener('pageshow', ({ persisted }) => {
      if (!persisted) return
      hasEntered = false
      offerQuietly()
    })
    offerQuietly()
  }

  /** @returns {Promise<boolean>} */
  async function canAutofill() {
    return (await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) === true
  }

  /** @param {typeof import('@authsignal/browser')} sdk */
  function openClient({ Authsignal }) {
    return new Authsignal({ tenantId, baseUrl })
  }

  /**
   * Waits until a person picks a passkey; a newer offer ends it.
   *
   * @param {typeof import('@authsignal/browser')} sdk
   * @param {import('@authsignal/browser').Authsignal['passkey']} passkey
   * @returns {Promise<void>}
   */
  async function offer(sdk, passkey) {
    if (hasEntered || offers >= maxOffers) return
    offers += 1
    offeredAt = Date.now()
    const [number, startedAt] = [offers, offeredAt]
    let wasTried = false
    try {
      await forgetOffer(sdk)
      // The gateway has an action of its own, whatever is said here.
      const { data } = await passkey.signIn({
        action: 'passkey',
        autofill: true,
        onVerificationStarted: () => {
          wasTried = true
        },
      })
      if (data?.token) return enter(data.token)
    } catch (error) {
      const isDeclined = error instanceof Error && error.name === 'NotAllowedError'
      if (isDeclined && Date.now() - startedAt > quickFailureMs) wasTried = true
    }
    // A challenge that was too old, a finger that was not known: the field offers passkeys once more.
    if (wasTried && number === offers) await offer(sdk, passkey)
  }

  /**
   * While an offer waits the SDK answers a further one with nothing, and after a lost connection it believes for ever
   * that one waits. A sign-in that ends with an error makes it forget; this one asks nobody. When the next offer
   * reaches the browser, the SDK takes back the one before.
   *
   * @param {typeof import('@authsignal/browser')} sdk
   */
  async function forgetOffer(sdk) {
    const { passkey } = openClient(sdk)
    passkey.api.challenge = async () => ({ error: 'renewed' })
    await passkey.signIn({ action: 'passkey' })
  }

  /** @param {string} token what the gateway knows this sign-in by, once */
  function enter(token) {
    hasEntered = true
    const page = encodeURIComponent(location.pathname + location.search)
    location.assign(`${baseUrl}/passkeys/enter/${encodeURIComponent(token)}?return_to=${page}`)
  }

  start().catch(() => undefined)
})()
