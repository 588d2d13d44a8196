import { askAll } from './endpoint-stories.ts'
import { authorizationUrl, type Story } from './story.ts'

/** Files of the OP's pages, and addresses where nothing is. */
export const PAGE_STORIES: readonly Story[] = [
  {
    name: 'static files of the login page',
    tell: async (scene) => {
      const { lane, publicUrl } = scene
      const login = await lane.browser.navigate(authorizationUrl(scene, scene.open))
      const found = [...login.body.matchAll(/(?:href|src)="([^"]+\.(?:css|js|png|svg|ico)(?:\?[^"]*)?)"/g)]
      const files = found
        .map(([, file = '']) => new URL(file.replaceAll('&amp;', '&'), login.url))
        .filter(({ origin }) => origin === publicUrl)
      for (const { pathname, search } of files.slice(0, 6)) {
        const target = pathname + search
        const { headers } = await lane.ask({ target })
        const known = Object.fromEntries(headers)
        await lane.ask({ target, headers: { 'accept-encoding': 'gzip' }, what: 'gzip' })
        await lane.ask({ target, method: 'HEAD' })
        await lane.ask({ target, headers: { range: 'bytes=0-9' }, what: 'a range' })
        const { etag, 'last-modified': since } = known
        if (etag) await lane.ask({ target, headers: { 'if-none-match': etag }, what: 'by its ETag' })
        if (since) await lane.ask({ target, headers: { 'if-modified-since': since }, what: 'by its time' })
      }
    },
  },
  askAll('addresses where nothing is, and odd but harmless ones', () => [
    { target: '/' },
    { target: '/', method: 'HEAD' },
    { target: '/nothing/here' },
    { target: '/nothing/here', method: 'HEAD' },
    { target: '/nothing/here', method: 'POST', body: { x: '1' } },
    { target: '/nothing/here', method: 'POST', what: 'no body at all' },
    { target: '/nothing/here', method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } },
    { target: '/nothing/here', method: 'DELETE' },
    { target: '/nothing/here', method: 'OPTIONS', headers: { origin: 'https://elsewhere.example' } },
    { target: '//nothing//here' },
    { target: '/nothing/' },
    { target: '/nothing;jsessionid=0123456789?x=1' },
    { target: '/NoThing/%7euser/%C3%BC?q=%zz&&=&x', what: 'escapes' },
    { target: '/nothing/{here}|^?a[]=1&b={"c":1}|^', what: 'characters that nobody escaped' },
    { target: '/favicon.ico' },
    { target: '/robots.txt' },
    { target: '/nothing?', what: 'an empty query' },
    { target: '/nothing', headers: { accept: 'application/json' }, what: 'as JSON' },
    { target: '/nothing', headers: { 'x-requested-with': 'XMLHttpRequest' }, what: 'by script' },
    { target: '/nothing', headers: { cookie: 'a=1; b="2"; c=ü; d' }, what: 'odd cookies' },
  ]),
]
