import { secretOf } from '../../lab/op-world.ts'
import { sendRaw } from '../../lab/raw.ts'
import type { World } from '../../lab/world.ts'
import type { RealStage } from './real-stage.ts'
import { authorizeQuery } from './real-stage.ts'
import { type Answer, form, navigation, readAnswer, send } from './wire.ts'

/** A client as the OP's authorization endpoint wants it named. */
export interface Addressed {
  readonly clientId: string
  readonly redirectUri: string
}

/** A code that the OP gave past the gateway: what any leak or unknown way would bring. */
export async function leakCode(
  stage: RealStage,
  client: Addressed,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { op, publicUrl } = stage.world
  const { host } = new URL(publicUrl)
  const head = [
    `GET /connect/authorize?${authorizeQuery(client, more)} HTTP/1.1`,
    `Host: ${host}`,
    `X-Forwarded-Host: ${host}`,
    'X-Forwarded-Proto: http',
    `Cookie: ${await stage.cookiesOf('alice')}`,
    'Connection: close',
  ]
  const answer = readAnswer(await sendRaw(Number(new URL(op.url).port), `${head.join('\r\n')}\r\n\r\n`))
  return readCode(stage, answer)
}

/** A code that came through the gateway, which released it because no rule asked for a challenge. */
export async function releaseCode(
  stage: RealStage,
  client: Addressed,
  more: Readonly<Record<string, string>> = {},
  username = 'alice',
): Promise<string> {
  const { world } = stage
  const { control } = world.authsignal
  control.setRules([])
  world.clock.advance(1000)
  const target = `/connect/authorize?${authorizeQuery(client, more)}`
  const headers = [`Cookie: ${await stage.cookiesOf(username)}`, ...navigation]
  return readCode(stage, await send(world.publicUrl, { target, headers }))
}

function readCode({ secrets }: RealStage, { status, headers }: Answer): string {
  const code = /[?&]code=([^&]+)/.exec(headers['location'] ?? '')?.[1]
  if (code === undefined) throw new Error(`no code: ${status} ${headers['location']}`)
  secrets.add(code)
  return code
}

/** An Authorization header of Basic; the parts go in as they are. */
export function basic(id: string, secret: string): string {
  return `Authorization: Basic ${Buffer.from(`${id}:${secret}`, 'latin1').toString('base64')}`
}

/** A token request of a client of the lab, authenticated by Basic unless told otherwise. */
export function redeem(
  { publicUrl }: World,
  { clientId, redirectUri }: Addressed,
  code: string,
  how: { readonly headers?: readonly string[]; readonly body?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const body = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...how.body }
  return send(publicUrl, {
    method: 'POST',
    target: '/connect/token',
    headers: [form, ...(how.headers ?? [basic(clientId, secretOf(clientId))])],
    body: new URLSearchParams(body).toString(),
  })
}
