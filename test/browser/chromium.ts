import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const usualPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env['CHROMIUM_PATH'] ?? usualPaths.find((path) => existsSync(path))

/** Why the tests of this folder can't run here; false if they can. */
export const skip: string | false =
  executablePath !== undefined && existsSync(executablePath)
    ? false
    : `no Chromium at ${executablePath ?? usualPaths.join(', ')}: npm run test:setup installs it, CHROMIUM_PATH names another`

/** Starts a Chromium that stays on this machine, with a profile of its own. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP localhost 127.0.0.1',
    ],
  })
}

/** Somebody at a browser of their own: no cookies yet. */
export interface Visitor {
  readonly page: Page
  /** What the browser's console complained about, such as a page that breaks its own security policy. */
  readonly complaints: readonly string[]
  /** Every address that the first tab showed, in order. */
  readonly visited: readonly string[]
  openTab(): Promise<Page>
  leave(): Promise<void>
}

export async function welcomeVisitor(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(20_000)
  const complaints: string[] = []
  const visited: string[] = []
  context.on('console', (message) => {
    // A page with a 4xx status is one that a person may see; the console mentions each.
    const isStatus = /^Failed to load resource: the server responded with a status of 4/.test(message.text())
    if (message.type() === 'error' && !isStatus) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  const page = await context.newPage()
  page.on('framenavigated', (frame) => visited.push(frame.url()))
  return {
    page,
    complaints,
    visited,
    openTab: () => context.newPage(),
    leave: () => context.close(),
  }
}
