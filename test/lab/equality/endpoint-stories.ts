import type { Ask } from './lane.ts'
import { credentialsOf, originOf, type Scene, type Story } from './story.ts'

const CORS = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }

/** Single requests, none of which needs the one before. */
export const ENDPOINT_STORIES: readonly Story[] = [
  askAll('metadata and keys', ({ provider, endpoints, open }) => {
    const metadata = `${provider.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const keys = endpoints['jwks_uri'] ?? ''
    const origin = originOf(open)
    return [metadata, keys].flatMap((target) => [
      { target },
      { target, method: 'HEAD' },
      { target: `${target}?x=1`, headers: { origin }, what: 'an Origin and a query' },
      { target, headers: { 'accept-encoding': 'gzip' }, what: 'gzip' },
      { target, method: 'OPTIONS', headers: { origin, ...CORS } },
      { target, method: 'POST', body: { x: '1' } },
    ])
  }),
  askAll('errors at the token endpoint', (scene) => {
    const { endpoints, open } = scene
    const own = credentialsOf(open)
    const grant = { grant_type: 'authorization_code', redirect_uri: open.redirectUris[0] ?? '' }
    const post = (body: Record<string, string>, what: string, headers = {}): Ask => ({
      method: 'POST',
      target: endpoints['token_endpoint'] ?? '',
      body,
      what,
      headers,
    })
    const basic = (secret: string) =>
      `Basic ${Buffer.from(`${encodeURIComponent(open.clientId)}:${secret}`).toString('base64')}`
    return [
      post({ ...grant, code: 'none', ...own }, 'a bad code'),
      post({ ...grant, code: 'none', ...own }, 'a bad code and an Origin', { origin: originOf(open) }),
      post({ ...grant, code: 'none', ...own, client_secret: 'wrong' }, 'a bad secret'),
      post({ ...grant, code: 'none' }, 'a bad secret by Basic', { authorization: basic('wrong') }),
      post({ ...grant, code: 'none', client_id: 'nobody' }, 'an unknown client'),
      post({ ...grant, code: 'none' }, 'no client'),
      post({ grant_type: 'of-no-kind', ...own }, 'an unknown grant'),
      post({ grant_type: 'password', username: 'alice', password: 'alice', ...own }, 'a grant that is off'),
      post({ grant_type: 'refresh_token', refresh_token: 'none', ...own }, 'a bad refresh token'),
      post(own, 'no grant'),
      {
        method: 'POST',
        target: endpoints['token_endpoint'] ?? '',
        body: '',
        headers: FORM,
        what: 'an empty form',
      },
      {
        method: 'OPTIONS',
        target: endpoints['token_endpoint'] ?? '',
        headers: { origin: originOf(open), ...CORS },
      },
    ]
  }),
  askAll('errors elsewhere on the back channel', ({ endpoints, open }) => {
    const [userinfo = '', origin] = [endpoints['userinfo_endpoint'], originOf(open)]
    const own = credentialsOf(open)
    const elsewhere = [
      endpoints['introspection_endpoint'] ?? [],
      endpoints['revocation_endpoint'] ?? [],
    ].flat()
    return [
      { target: userinfo, what: 'no token' },
      { target: userinfo, headers: { authorization: 'Bearer none' }, what: 'a bad token' },
      {
        target: userinfo,
        headers: { authorization: 'Bearer none', origin },
        what: 'a bad token and an Origin',
      },
      { target: userinfo, method: 'OPTIONS', headers: { origin, ...CORS } },
      { target: userinfo, method: 'POST', what: 'no body at all' },
      ...elsewhere.flatMap((target) => [
        {
          target,
          method: 'POST',
          body: { token: 'none', ...own, client_secret: 'wrong' },
          what: 'a bad secret',
        },
        { target, method: 'POST', body: own, what: 'no token' },
        { target, method: 'POST', what: 'no body at all' },
        { target },
      ]),
    ]
  }),
]

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** A story of requests that are all known beforehand. */
export function askAll(name: string, list: (scene: Scene) => readonly Ask[]): Story {
  return {
    name,
    tell: async (scene) => {
      for (const request of list(scene)) await scene.lane.ask(request)
    },
  }
}
