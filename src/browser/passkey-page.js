/*
 * Adds a passkey from the page for passkeys. The button that has `data-base-url` says all that is needed:
 *   data-tenant-id, data-base-url       as the SDK wants them; the latter is public URL and path prefix
 *   data-username, data-display-name    what the authenticator shows; either may be missing
 *   data-message-adding                 the browser's dialog is coming
 *   data-message-added                  done; the page loads anew and shows the list
 *   data-message-cancelled              the person closed the dialog, or it timed out
 *   data-message-unsupported            this browser or device can't
 *   data-message-exists                 this device has a passkey for the user already
 *   data-message-session                the verification is too old: the page must be reloaded
 *   data-message-failed                 anything else
 * The result appears in the element with `role="status"` (a live region, there from the start, empty).
 */
;(() => {
  'use strict'

  /** @typedef {'adding' | 'added' | 'cancelled' | 'unsupported' | 'exists' | 'session' | 'failed'} Message */

  /** @type {HTMLButtonElement | null} */
  const button = document.querySelector('button[data-base-url]')
  const status = document.querySelector('[role="status"]')
  if (!button || !status) return
  const { tenantId = '', baseUrl = '', username, displayName } = button.dataset

  /** @type {typeof import('@authsignal/browser') | undefined} */
  const sdk = Reflect.get(window, 'authsignal')

  let isBusy = false

  // It stays where the focus is: a disabled button would lose it.
  button.addEventListener('click', async () => {
    if (isBusy) return
    setBusy(true)
    say('adding')
    const outcome = await add()
    say(outcome)
    if (outcome === 'added') showList()
    else setBusy(false)
  })

  /** @returns {Promise<Message>} */
  async function add() {
    if (!sdk || !window.PublicKeyCredential) return 'unsupported'
    try {
      const { passkey } = new sdk.Authsignal({ tenantId, baseUrl })
      const result = await passkey.signUp({
        // The gateway has a token of its own and reads none from here; the SDK wants one.
        token: 'page',
        ...(username && { username }),
        ...(displayName && { displayName }),
      })
      if (result.data?.token) return 'added'
      return isOfSession(result.errorCode) ? 'session' : 'failed'
    } catch (error) {
      return explain(error)
    }
  }

  /** @param {string | undefined} errorCode */
  function isOfSession(errorCode) {
    return errorCode === 'unauthorized' || errorCode === 'no_cookie'
  }

  /**
   * @param {unknown} error of the browser, which the SDK names after its cause
   * @returns {Message}
   */
  function explain(error) {
    switch (error instanceof Error ? error.name : '') {
      case 'InvalidStateError':
        return 'exists'
      case 'NotAllowedError':
      case 'AbortError':
        return 'cancelled'
      case 'NotSupportedError':
      case 'ConstraintError':
        return 'unsupported'
      default:
        return 'failed'
    }
  }

  /** @param {boolean} now */
  function setBusy(now) {
    isBusy = now
    button?.setAttribute('aria-disabled', String(now))
  }

  /** @param {Message} message */
  function say(message) {
    const key = `message${message.charAt(0).toUpperCase()}${message.slice(1)}`
    if (status) status.textContent = button?.dataset[key] ?? ''
  }

  /** The page anew, with the new passkey in its list; where its link back leads stays. */
  function showList() {
    const page = new URL(location.pathname, location.origin)
    const returnTo = new URLSearchParams(location.search).get('return_to')
    if (returnTo !== null) page.searchParams.set('return_to', returnTo)
    page.searchParams.set('notice', 'added')
    location.replace(page)
  }
})()
