import { createHash } from 'node:crypto'
import t from 'tap'
import { readFormPost } from '../../src/oauth/page/form-post.ts'
import { formPostPage } from '../../src/pages/form-post-page.ts'
import type { Page } from '../../src/pages/page.ts'
import { htmlOf, readPolicy, show } from './show.ts'

const base = 'https://login.example.com/authorize'

async function answer(
  action: string,
  fields = '<input name=code value=secret-code>',
  method = 'post',
): Promise<Page> {
  const response = await readFormPost(`<form method=${method} action="${action}">${fields}`, base)
  if (!response || response === 'ambiguous') throw new Error(String(response))
  const sent = response.errorParameters('access_denied', 'No "way".')
  return formPostPage({ action: response.action, method: response.method, fields: sent, supportId: 'id-1' })
}

const policyOf = async (page: Page) => readPolicy(await show(page))

t.test(
  'the error goes where the response would have gone, and nothing of the response with it',
  async (t) => {
    const fields =
      '<input name=code value=secret-code><input name=state value="s&quot;&lt;"><input name=iss value=o>'
    const page = await answer('https://app.example.com/cb?a=1&amp;code=secret-code', fields)
    t.equal(page.statusCode, 200)
    const html = await htmlOf(page)
    t.notMatch(html, 'secret')
    t.match(html, '<code>id-1</code>')
    // What browsers make of it, by the reader of such pages.
    const sent = await readFormPost(html, 'https://login.example.com/')
    t.match(sent, {
      action: 'https://app.example.com/cb?a=1',
      method: 'post',
      state: 's"<',
      isAmbiguous: false,
    })
    const names = ['error', 'error_description', 'state', 'iss', 'code']
    t.strictSame(
      names.map((name) => typeof sent === 'object' && sent.get(name)),
      ['access_denied', 'No "way".', 's"<', 'o', undefined],
    )
    t.equal(html.match(/<input/g)?.length, 4)
    t.match(html, '<button>Continue</button>')
  },
)

t.test('GET stays GET', async (t) => {
  t.match(await htmlOf(await answer('https://app.example.com/cb', undefined, 'get')), 'method="get"')
})

t.test('only its own script runs, and only to where the client is', async (t) => {
  const page = await answer('https://app.example.com/cb')
  const [, script = ''] = (await htmlOf(page)).split(/<\/?script>/)
  t.match(script, 'submit()')
  const hash = createHash('sha256').update(script).digest('base64')
  t.match(await policyOf(page), {
    'default-src': "'none'",
    'script-src': `'sha256-${hash}'`,
    'base-uri': "'none'",
    'frame-ancestors': '*',
    'form-action': 'https:',
  })
  const targets = { 'http://localhost:3000/cb': 'http: https:', 'com.example.app:/cb': 'com.example.app:' }
  for (const [action, expected] of Object.entries(targets)) {
    t.equal((await policyOf(await answer(action)))['form-action'], expected, action)
  }
})

t.test('what leads to no client gets no page', async (t) => {
  for (const action of ['data:text/html,x', 'https://user@app.example.com/']) {
    await t.rejects(answer(action), { code: 'unsupported_response' }, action)
  }
})
