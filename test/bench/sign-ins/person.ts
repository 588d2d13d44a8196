import { randomBytes } from 'node:crypto'
import { Pool } from 'undici'
import { Browser } from '../../lab/browser.ts'
import { navigationHeaders } from '../../lab/navigation.ts'
import { type LabClient, makeWebClient } from '../../lab/op-world.ts'

/** The applications, which are nowhere: whoever is sent there has arrived. */
export const clients = {
  /** Challenged. */
  web: makeWebClient('web', 'https://app.example.com'),
  /** Allowed. */
  web2: makeWebClient('web2', 'https://app2.example.com'),
}

export const redirectUriOf = ({ redirect_uris }: LabClient): string => String(redirect_uris?.[0])

/** Another request each time: one that is repeated would be answered as before. */
export function authorizePath(client: LabClient): string {
  const query = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUriOf(client),
    response_type: 'code',
    scope: 'openid profile email',
    state: randomBytes(32).toString('base64url'),
    nonce: randomBytes(32).toString('base64url'),
  })
  return `/connect/authorize?${query}`
}

export const hasArrived = (url: URL | string): boolean =>
  Object.values(clients).some((client) => String(url).startsWith(redirectUriOf(client)))

/** Somebody with a browser and an application's server, each as little as it can be: their own time counts too. */
export interface Person {
  /** @throws Error where it does not end with tokens */
  signIn(client: LabClient): Promise<void>
  /** Where an authorization request leads first. */
  open(client: LabClient): Promise<string>
  close(): Promise<void>
}

/** @param origin of the OP, or of what stands in front of it. @param username whose session it is; nobody's without. */
export async function meetPerson(origin: string, username?: string): Promise<Person> {
  const pool = new Pool(origin, { connections: 2 })
  const cookies = new Map(username === undefined ? [] : await logInAt(origin, username))
  const headersFor = (url: URL) => ({
    ...navigationHeaders(undefined, url),
    cookie: Array.from(cookies, (pair) => pair.join('=')).join('; '),
  })

  async function go(path: string): Promise<string> {
    const headers = headersFor(new URL(path, origin))
    const answer = await pool.request({ method: 'GET', path, headers })
    await answer.body.dump()
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) keep(cookies, line)
    const { location } = answer.headers
    if (typeof location !== 'string') throw new Error(`${path} was answered with ${answer.statusCode}`)
    return location
  }

  async function redeem(client: LabClient, code: string): Promise<void> {
    const { client_id: id, client_secret: secret } = client
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUriOf(client),
    })
    const { statusCode, body: answer } = await pool.request({
      method: 'POST',
      path: '/connect/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      },
      body: String(body),
    })
    const text = await answer.text()
    if (statusCode !== 200) throw new Error(`no tokens: ${text}`)
  }

  return {
    async signIn(client) {
      let next = await go(authorizePath(client))
      for (let hop = 0; hop < 10 && !hasArrived(next); hop++) next = await go(toPath(next, origin))
      await redeem(client, new URL(next).searchParams.get('code') ?? '')
    },
    open: (client) => go(authorizePath(client)),
    close: () => pool.close(),
  }
}

function toPath(location: string, origin: string): string {
  const { pathname, search } = new URL(location, origin)
  return pathname + search
}

async function logInAt(origin: string, username: string): Promise<[string, string][]> {
  const browser = new Browser()
  try {
    const page = await browser.navigate(origin + authorizePath(clients.web2))
    await browser.submit(page, { username, password: username }, { form: '/login', stopBefore: hasArrived })
    return (await browser.jar.getCookies(origin)).map(({ key, value }) => [key, value])
  } finally {
    await browser.close()
  }
}

/** As far as servers of the lab set cookies: all for one host, and ended by `Max-Age` or a date that is long past. */
function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
  if (/; *(?:max-age=0|expires=[^;]* 1970 )/i.test(line)) cookies.delete(name)
  else cookies.set(name, value)
}
