import { askAll } from './endpoint-stories.ts'
import type { Ask } from './lane.ts'
import { authorizationUrl, credentialsOf, type Story } from './story.ts'

/** Authorization requests that end before a login, and those that begin outside of the browser. */
export const AUTHORIZATION_STORIES: readonly Story[] = [
  askAll('pushed authorization requests and devices', (scene) => {
    const { endpoints, open } = scene
    const own = credentialsOf(open)
    const query = new URL(authorizationUrl(scene, open)).searchParams
    const pushed = [endpoints['pushed_authorization_request_endpoint'] ?? []].flat()
    const device = [endpoints['device_authorization_endpoint'] ?? []].flat()
    const post = (target: string, body: Record<string, string>, what: string): Ask => ({
      method: 'POST',
      target,
      body,
      what,
    })
    return [
      ...[pushed]
        .flat()
        .flatMap((target) => [
          post(target, { ...Object.fromEntries(query), ...own }, 'a good request'),
          post(target, { ...Object.fromEntries(query), ...own, client_secret: 'wrong' }, 'a bad secret'),
          post(
            target,
            { ...Object.fromEntries(query), ...own, redirect_uri: 'https://elsewhere.example/' },
            'elsewhere',
          ),
          post(target, own, 'nothing asked'),
        ]),
      ...[device]
        .flat()
        .flatMap((target) => [
          post(target, { ...own, scope: 'openid' }, 'a device'),
          post(target, { client_id: 'nobody' }, 'an unknown client'),
        ]),
    ]
  }),
  askAll('authorization requests that go wrong', (scene) => {
    const { open } = scene
    const get = (changes: Record<string, string | undefined>, what: string): Ask => ({
      target: authorizationUrl(scene, open, changes),
      headers: { accept: 'text/html' },
      what,
    })
    return [
      get({ client_id: 'nobody' }, 'an unknown client'),
      get({ redirect_uri: 'https://elsewhere.example/' }, 'a redirect URI of nobody'),
      get({ response_type: undefined }, 'no response type'),
      get({ response_type: 'of-no-kind' }, 'an unknown response type'),
      get({ response_mode: 'of-no-kind' }, 'an unknown response mode'),
      get({ scope: undefined }, 'no scope'),
      get({ prompt: 'none' }, 'prompt=none without a session'),
      get({ request: 'no.jwt.' }, 'a request object that is none'),
      get({ request_uri: 'urn:ietf:params:oauth:request_uri:none' }, 'a pushed request that is none'),
      get({ max_age: 'soon' }, 'a max_age that is no number'),
      get({ state: 'ümläut |{}"' }, 'odd characters in state'),
      { ...get({}, 'HEAD'), method: 'HEAD' },
      { target: scene.endpoints['authorization_endpoint'] ?? '', what: 'no parameters at all' },
      {
        method: 'POST',
        target: scene.endpoints['authorization_endpoint'] ?? '',
        body: Object.fromEntries(new URL(authorizationUrl(scene, open)).searchParams),
      },
      { target: `${authorizationUrl(scene, open)}&foreign=1&foreign=2`, what: 'a foreign parameter twice' },
    ]
  }),
]
