import type { Browser, Page } from '../../browser.ts'
import type { Person, ProviderPages } from '../kit.ts'

/** One page of scripts for all that Glewlwyd asks: its address says what it is about, and its API takes the answers. */
export const glewlwydPages: ProviderPages = {
  isLogin: ({ status, url }) => status === 200 && new URL(url).pathname === '/login.html',
  logIn,
  takeOver: logIn,
  // Nothing depends on a consent: what the person did not grant is left out of the scope.
  isConsent: () => false,
  consent: async (_browser, page) => page,
  confirmLogout: async (browser, page) => {
    const { origin, searchParams } = new URL(page.url)
    const plugin = searchParams.get('plugin')
    await browser.callApi(page, 'DELETE', `${origin}/api/${plugin}/session/${searchParams.get('sid')}`)
    await browser.callApi(page, 'DELETE', `${origin}/api/auth/`)
    return page
  },
  settle: async (browser, page) => {
    const { origin, pathname, searchParams } = new URL(page.url)
    if (pathname !== '/login.html' || searchParams.get('prompt') !== null) return page
    const known = await browser.callApi(page, 'GET', `${origin}/api/profile_list`)
    return known.status === 200 && known.body !== '[]' ? goOn(browser, page) : page
  },
}

async function logIn(browser: Browser, page: Page, { username, password }: Person): Promise<Page> {
  const { origin } = new URL(page.url)
  const { status, text } = await browser.callApi(page, 'POST', `${origin}/api/auth/`, { username, password })
  if (status !== 200) throw new Error(`Glewlwyd does not let ${username} in: ${status} ${text}`)
  return goOn(browser, page)
}

/** The button "Continue". */
function goOn(browser: Browser, page: Page): Promise<Page> {
  const target = new URL(page.url).searchParams.get('callback_url') ?? ''
  return browser.navigate(`${target}&g_continue`, { from: page.url })
}
