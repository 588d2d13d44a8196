import type { LenientStage } from './lenient-stage.ts'
import { authorizeQuery } from './real-stage.ts'
import { type Answer, navigation, send } from './wire.ts'

/** A browser: what it is given, it brings along. */
export class Jar {
  readonly cookies = new Map([['_session', 'user-alice']])

  header(): string {
    return `Cookie: ${[...this.cookies].map((pair) => pair.join('=')).join('; ')}`
  }

  take({ headers }: Answer): void {
    for (const line of headers['set-cookie']?.split('\n') ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.cookies.set(name, value)
    }
  }
}

/** The OP shows its login page to an authorization request; the answer comes from elsewhere. */
export async function begin({ world, op }: LenientStage, jar: Jar, query: string): Promise<Answer> {
  op.answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>login')
  const headers = [jar.header(), ...navigation]
  const answer = await send(world.publicUrl, { target: `/connect/authorize?${query}`, headers })
  jar.take(answer)
  return answer
}

/** A browser whose request for `web` was seen, and not decided before its answer. */
export async function askedFor(
  stage: LenientStage,
  more: Readonly<Record<string, string>> = {},
): Promise<Jar> {
  const jar = new Jar()
  await begin(stage, jar, authorizeQuery(stage.world.web, { max_age: '3600', ...more }))
  return jar
}
