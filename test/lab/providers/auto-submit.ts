import type { Browser, Page } from '../browser.ts'
import { readForms } from '../html.ts'

/**
 * Sends the forms that a script would send by itself: authorization responses by form_post.
 * @param redirectUris the addresses that get such responses
 */
export async function sendFormPosts(
  browser: Browser,
  page: Page,
  redirectUris: readonly string[],
): Promise<Page> {
  const place = readForms(page.body).findIndex(({ action, method, fields }) => {
    const names = fields.map(({ name }) => name)
    const isResponse = names.includes('code') || names.includes('error')
    return method === 'POST' && isResponse && redirectUris.includes(action)
  })
  return place === -1 ? page : browser.submit(page, {}, { form: place })
}
