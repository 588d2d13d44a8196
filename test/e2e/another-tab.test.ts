import t from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { navigation, send } from '../attacks/frame/wire.ts'

const elsewhere = 'https://elsewhere.example.com/cb'
const another = `${elsewhere}?code=code-of-another-tab&state=another`

/** An OP may answer, at a login for one client, the request that another tab made for another client. */
const cases: [what: string, asked: string, location: string, status: number][] = [
  ["another client's answer", 'state=mine', another, 303],
  ['the same where it was asked for there', `state=another&redirect_uri=${elsewhere}`, another, 403],
  ['a request that says no state', '', another, 403],
  ['an answer without state', 'state=mine', `${elsewhere}?code=code-of-another-tab`, 403],
  ['an access token', 'state=mine', `${elsewhere}#access_token=a&state=third`, 403],
  ['a code with an access token', 'state=mine', `${elsewhere}#code=c&access_token=a&state=third`, 403],
]

t.test('a protected login is answered at an address that no policy lists', async (t) => {
  const { world, op, cookie } = await onLenientStage()(t)
  for (const [what, asked, location, status] of cases) {
    op.answer = (_request, response) => response.writeHead(303, { location }).end()
    const redirectUri = asked.includes('redirect_uri') ? '' : `&redirect_uri=${world.web.redirectUri}`
    const answer = await send(world.publicUrl, {
      target: `/connect/authorize?client_id=web&response_type=code&scope=openid&prompt=login&${asked}${redirectUri}`,
      headers: [cookie, ...navigation],
    })
    t.equal(answer.status, status, what)
    t.equal(answer.headers['location'], status === 303 ? location : undefined)
    t.equal(answer.body.includes('code-of-another-tab'), false, 'no page holds its code')
  }
})
