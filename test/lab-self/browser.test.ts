import type { RequestListener } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { Browser } from '../lab/browser.ts'
import { listenOnLoopback, readForm } from '../lab/listen.ts'
import { describeHops } from '../lab/navigation.ts'

async function openSite(test: Pick<Test, 'teardown'>, listener: RequestListener) {
  const site = await listenOnLoopback(listener)
  const browser = new Browser()
  test.teardown(async () => {
    await browser.close()
    await site.close()
  })
  return { browser, port: site.port, url: `http://site.localhost:${site.port}` }
}

/** A site that tells what reached it: `GET /path`, and the body. */
function echo(
  routes: Record<
    string,
    { status: number; headers?: Record<string, string | string[]>; body?: string | Buffer }
  >,
) {
  const seen: { line: string; headers: Record<string, unknown>; body: string }[] = []
  const listener: RequestListener = async (request, response) => {
    const body = (await readForm(request)).toString()
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
    const route = routes[request.url ?? ''] ?? { status: 200, body: 'the end' }
    response.writeHead(route.status, { 'content-type': 'text/html', ...route.headers }).end(route.body)
  }
  return { seen, listener }
}

t.test('redirects are followed as browsers do it', async (t) => {
  const cases = [
    { status: 301, method: 'GET', body: '' },
    { status: 302, method: 'GET', body: '' },
    { status: 303, method: 'GET', body: '' },
    { status: 307, method: 'POST', body: 'a=1' },
    { status: 308, method: 'POST', body: 'a=1' },
  ]
  for (const { status, method, body } of cases) {
    const { seen, listener } = echo({ '/start': { status, headers: { location: '/end?x=1' } } })
    const { browser, url } = await openSite(t, listener)
    const page = await browser.post(`${url}/start`, { a: '1' })
    t.match(seen[1], { line: `${method} /end?x=1`, body }, String(status))
    t.match(page, { url: `${url}/end?x=1`, text: 'the end' })
    t.match(page.hops, [
      { method: 'POST', status, next: `${url}/end?x=1`, by: 'location' },
      { method, status: 200 },
    ])
    t.equal(describeHops(page.hops), `POST ${url}/start ${status} → ${method} ${url}/end 200`)
  }
})

t.test('a fragment survives a redirect that has none', async (t) => {
  const { listener } = echo({ '/start': { status: 302, headers: { location: '/end' } } })
  const { browser, url } = await openSite(t, listener)
  t.equal((await browser.navigate(`${url}/start#here`)).url, `${url}/end#here`)
})

t.test('a meta refresh of 0 seconds is followed, a later one is not', async (t) => {
  const { listener } = echo({
    '/now': { status: 200, body: '<META content="0; URL=\'/end?a=1&amp;b=2\'" http-equiv=Refresh>' },
    '/later': { status: 200, body: '<meta http-equiv="refresh" content="5;url=/end">' },
    '/refused': { status: 403, body: '<meta http-equiv="refresh" content="0">Refused' },
  })
  const { browser, url } = await openSite(t, listener)
  const page = await browser.navigate(`${url}/now`)
  t.equal(page.url, `${url}/end?a=1&b=2`)
  t.match(page.hops[0], { status: 200, by: 'refresh' })
  t.equal((await browser.navigate(`${url}/later`)).url, `${url}/later`)
  t.equal((await browser.navigate(`${url}/refused`)).status, 403)
  t.equal((await browser.get(`${url}/now`)).url, `${url}/now`)
})

t.test('it stops before a URL on demand, and gives up on a circle', async (t) => {
  const { seen, listener } = echo({ '/round': { status: 302, headers: { location: '/round' } } })
  const { browser, url } = await openSite(t, listener)
  await t.rejects(browser.navigate(`${url}/round`), /more than 25 hops/)
  seen.length = 0
  const page = await browser.navigate(`${url}/round`, { stopBefore: (next) => next.pathname === '/round' })
  t.equal(page.status, 302)
  t.equal(seen.length, 1)
})

t.test('cookies stay with their host', async (t) => {
  const cookies = ['a=1; Path=/; HttpOnly', 'b=2; Path=/deep', '__Host-c=3; Path=/']
  const { seen, listener } = echo({ '/set': { status: 200, headers: { 'set-cookie': cookies } } })
  const { browser, url, port } = await openSite(t, listener)
  await browser.navigate(`${url}/set`)
  await browser.navigate(`${url}/look`)
  await browser.navigate(`${url}/deep/look`)
  await browser.navigate(`http://localhost:${port}/look`)
  const sent = seen.slice(1).map(({ headers }) => headers['cookie'])
  t.same(sent, ['a=1', 'b=2; a=1', undefined], '__Host- without Secure is not kept')
  t.equal(await browser.cookie(url, 'a'), '1')
  t.equal(await browser.cookie(url, 'z'), undefined)
})

t.test('it looks like a browser that navigates', async (t) => {
  const { seen, listener } = echo({ '/page': { status: 200, body: '<a href="/end">Go <b>on</b></a>' } })
  const { browser, url } = await openSite(t, listener)
  const page = await browser.navigate(`${url}/page`)
  await browser.click(page, 'Go on')
  await browser.post(
    `${url}/post`,
    { a: 'ä b' },
    { from: 'http://other.localhost/x', headers: { 'x-more': '1' } },
  )
  t.match(seen[0]?.headers, {
    accept: /^text\/html/,
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'none',
    'user-agent': /Mozilla/,
  })
  t.equal(seen[0]?.headers['origin'], undefined)
  t.match(seen[1], { line: 'GET /end', headers: { 'sec-fetch-site': 'same-origin' } })
  t.match(seen[2], {
    line: 'POST /post',
    body: 'a=%C3%A4+b',
    headers: {
      origin: 'http://other.localhost',
      'sec-fetch-site': 'cross-site',
      'content-type': 'application/x-www-form-urlencoded',
      'x-more': '1',
    },
  })
  t.throws(() => browser.link(page, 'Back'), /no link "Back"/)
})

t.test('content codings are read', async (t) => {
  const coded: [string, (text: string) => Buffer][] = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
  ]
  for (const [coding, encode] of coded) {
    const headers = { 'content-encoding': coding }
    const { listener } = echo({ '/': { status: 200, headers, body: encode('<p>Tea &amp; cake') } })
    const { browser, url } = await openSite(t, listener)
    t.equal((await browser.navigate(url)).text, 'Tea & cake', coding)
  }
  const { listener } = echo({ '/': { status: 200, headers: { 'content-encoding': 'zstd' }, body: 'x' } })
  const { browser, url } = await openSite(t, listener)
  await t.rejects(browser.navigate(url), /does not read: zstd/)
})

t.test('it does not leave this machine', async (t) => {
  const browser = new Browser()
  t.teardown(() => browser.close())
  await t.rejects(browser.navigate('http://example.com/'), /does not leave this machine/)
})

t.test('forms are filled and sent', async (t) => {
  const body = `
    <form action="/search"><input name="q" value="tea"><input type=submit value="Look"></form>
    <!-- <form action="/comment"></form> -->
    <form id="f" method="post" action="/order?x=1&amp;y=2">
      <input type="hidden" name="token" value="a&quot;b">
      <input name="amount" disabled value="9">
      <input type="checkbox" name="gift"><input type="checkbox" name="note" value="yes" checked>
      <input type="radio" name="size" value="s" checked><input type="radio" name="size" value="l">
      <select name="kind"><option value="green">Green</option><option value="black" selected>Black</option></select>
      <textarea name="words">be quick</textarea>
      <button name="go" value="buy">Buy <b>now</b></button><button type="button" name="no">No</button>
      <button type="reset">Reset</button>
    </form>
    <button form="f" name="go" value="later">Buy later</button>`
  const { seen, listener } = echo({ '/page': { status: 200, body } })
  const { browser, url } = await openSite(t, listener)
  const page = await browser.navigate(`${url}/page`)
  const last = () => ({ line: seen.at(-1)?.line, body: seen.at(-1)?.body })

  await browser.submit(page, { q: 'green tea' })
  t.same(last(), { line: 'GET /search?q=green+tea', body: '' })
  await browser.submit(page, {}, { form: 1 })
  const untouched = 'token=a%22b&note=yes&size=s&kind=black&words=be+quick'
  t.same(last(), { line: 'POST /order?x=1&y=2', body: `${untouched}&go=buy` })
  await browser.submit(page, { gift: 'on', note: '', size: 'l', words: '' }, { form: 'f', button: 'later' })
  t.same(last(), {
    line: 'POST /order?x=1&y=2',
    body: 'token=a%22b&gift=on&size=l&kind=black&words=&go=later',
  })
  await browser.submit(page, {}, { form: '/order', button: 'Buy now' })
  t.match(last().body, /go=buy$/)

  t.throws(() => browser.submit(page, { p: '1' }), /no field "p"/)
  t.throws(() => browser.submit(page, {}, { form: 2 }), /no form 2/)
  t.throws(() => browser.submit(page, {}, { button: 'Sell' }), /no button "Sell"/)
})
