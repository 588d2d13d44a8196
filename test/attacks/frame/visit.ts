import type { Test } from 'tap'
import { passChallenge } from '../../e2e/challenge.ts'
import { Browser, type Page } from '../../lab/browser.ts'
import { logIn, startSignIn } from '../../lab/people.ts'
import { sendRaw } from '../../lab/raw.ts'
import type { World } from '../../lab/world.ts'
import type { Addressed } from './codes.ts'
import { authorizeQuery, type RealStage } from './real-stage.ts'
import { type Answer, type RawRequest, readAnswer, writeRequest } from './wire.ts'

let states = 0

/** A state that no request had before. */
export const nextState = (): string => `state ${states++}`

/** A browser in which somebody is signed in at the OP, by way of the application that is not protected. */
export async function openSignedIn(t: Test, { world }: RealStage, username = 'alice'): Promise<Browser> {
  const browser = openBrowser(t)
  await logIn(browser, await startSignIn(browser, world.other), username)
  return browser
}

/** A browser that has been nowhere. */
export function openBrowser(t: Test): Browser {
  const browser = new Browser()
  t.teardown(() => browser.close())
  return browser
}

/** Stops before the browser leaves the gateway, the OP and the hosted pages of Authsignal. */
export const atHome = ({ publicUrl, authsignal }: World) => ({
  stopBefore: ({ origin }: URL) => origin !== publicUrl && origin !== authsignal.hostedUrl,
})

/** Goes to the authorization endpoint; the page is the last before the application. */
export function authorize(
  stage: RealStage,
  browser: Browser,
  client: Addressed,
  more: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const query = authorizeQuery(client, { state: nextState(), ...more })
  return browser.navigate(`${stage.world.publicUrl}/connect/authorize?${query}`, atHome(stage.world))
}

/** Passes the challenge that a page asks for; the page is the last before the application. */
export function pass(stage: RealStage, browser: Browser, page: Page, userId = 'user-alice'): Promise<Page> {
  return passChallenge(stage.world, browser, page, userId, atHome(stage.world))
}

/** What a page leads to the application with, in its query or fragment. */
export function answerOf({ secrets }: RealStage, page: Page): URLSearchParams {
  const location = String(page.headers['location'] ?? '')
  const answer = new URLSearchParams(location.split(/[?#](.*)/s)[1] ?? '')
  for (const name of ['code', 'id_token', 'access_token']) {
    const value = answer.get(name)
    if (value !== null) secrets.add(value)
  }
  return answer
}

/** Asks the OP past the gateway, as if the gateway had asked. */
export async function askOp({ world }: RealStage, request: RawRequest): Promise<Answer> {
  const { host } = new URL(world.publicUrl)
  const forwarded = [`X-Forwarded-Host: ${host}`, 'X-Forwarded-Proto: http']
  const headers = [...forwarded, ...(request.headers ?? [])]
  const bytes = writeRequest(world.publicUrl, { ...request, headers })
  return readAnswer(await sendRaw(Number(new URL(world.op.url).port), bytes))
}
