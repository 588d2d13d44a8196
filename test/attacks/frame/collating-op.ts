import { canary, type LenientStage } from './lenient-stage.ts'
import type { ScriptedRequest } from './scripted-op.ts'

const collator = new Intl.Collator('und', { sensitivity: 'accent' })

/** What an OP such as one on ASP.NET Core reads: names by collation, whatever their letters look like. */
function readParameters({ url, body }: ScriptedRequest): (name: string) => string {
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1])
  const pairs = [...query, ...new URLSearchParams(body)]
  return (name) => pairs.find(([other]) => collator.compare(other, name) === 0)?.[1] ?? ''
}

/** As .NET escapes what it writes into HTML: nothing but letters, digits and a few others stays. */
function escapeHtml(text: string): string {
  return text.replace(/[^\w .~-]/g, (letter) => `&#x${letter.codePointAt(0)?.toString(16)};`)
}

/** Lets the OP answer as one that compares names by collation, and redirect URIs without case, would answer `web`. */
export async function collate({ op, world }: LenientStage): Promise<{ readonly idToken: string }> {
  const idToken = await op.signIdToken({ sub: 'user-alice', aud: 'web', nonce: 'the-nonce' })
  op.answer = (request, response) => {
    if (request.url === '/connect/userinfo')
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{"sub":"user-alice"}')
    const get = readParameters(request)
    const redirectUri = get('redirect_uri')
    const isKnown = redirectUri.toLowerCase() === world.web.redirectUri.toLowerCase()
    if (get('client_id') !== 'web' || !isKnown) return response.writeHead(400).end()
    const types = get('response_type').split(' ')
    const answer = {
      ...(types.includes('code') && { code: canary.code }),
      ...(types.includes('id_token') && { id_token: idToken }),
      ...(types.includes('token') && { access_token: canary.token, token_type: 'Bearer' }),
      state: get('state'),
    }
    if (get('response_mode') !== 'form_post') {
      const separator = types.length === 1 && types[0] === 'code' ? '?' : '#'
      const location = `${redirectUri}${separator}${new URLSearchParams(answer)}`
      return response.writeHead(303, { location }).end()
    }
    const fields = Object.entries(answer).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
    )
    response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' })
    return response.end(`<form method="post" action="${escapeHtml(redirectUri)}">${fields.join('')}</form>`)
  }
  return { idToken }
}
