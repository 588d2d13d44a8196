import { decodeJwt } from 'jose'
import type { World } from '../lab/world.ts'

/** The clients whose codes or tokens an answer holds, wherever it holds them. */
export function ownersOf(world: World, wire: string): string[] {
  const decoded = wire.replaceAll('&amp;', '&').replaceAll('\\/', '/')
  const owners = [world.web, world.web2, world.consenting, world.other]
    .filter(({ redirectUri }) =>
      decoded
        .split(redirectUri)
        .slice(1)
        .some((rest) => /^[?#][^\s"'<>]*\b(?:code|id_token|access_token|response)=./.test(rest)),
    )
    .map(({ clientId }) => clientId)
  const forms = [
    ...decoded.matchAll(/<form[^>]*action="([^"]*)"[\s\S]*?name="(?:code|id_token|access_token)"/g),
  ]
  const posted = [world.web, world.web2, world.consenting, world.other].filter(({ redirectUri }) =>
    forms.some(([, action]) => action === redirectUri),
  )
  const tokens = [...decoded.matchAll(/"id_token":"([^"]+)"/g)].flatMap(([, token = '']) =>
    [decodeJwt(token).aud ?? []].flat(),
  )
  return [...owners, ...posted.map(({ clientId }) => clientId), ...tokens]
}
