import type { Test } from 'tap'
import type { Browser, Page } from '../lab/browser.ts'
import { onRealStage, patient, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerOf, atHome, authorize, openSignedIn, pass } from './frame/visit.ts'

const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)

/** A page of a step-up with links that change something, and what tells that the link did. */
interface Way {
  readonly user: string
  readonly words: string
  show(stage: RealStage, browser: Browser, first: Page): Promise<Page>
}

const failed: Way['show'] = async (stage, browser, page) => browser.click(page, 'Cancel', atHome(stage.world))
const passed: Way['show'] = (stage, browser, page) => pass(stage, browser, page)

const ways: Record<string, Way> = {
  retry: { user: 'alice', words: 'Try again', show: failed },
  back: { user: 'alice', words: 'Back to the application', show: failed },
  remember: { user: 'alice', words: 'Yes, remember it', show: passed },
  continue: { user: 'alice', words: 'No, continue', show: passed },
  skip: { user: 'carol', words: 'Not now', show: async (_stage, _browser, page) => page },
}

/** The link of a page, and the page itself. */
async function open(t: Test, stage: RealStage, way: Way): Promise<{ browser: Browser; link: URL }> {
  const browser = await openSignedIn(t, stage, way.user)
  const first = await authorize(stage, browser, stage.world.web)
  return { browser, link: new URL(browser.link(await way.show(stage, browser, first), way.words)) }
}

const opened = onRealStage({
  config: { stepUp: patient },
  clients: { web: { rememberDevice: '720h', graceUntil: '2099-01-01' } },
})

runAttacks('links on the pages of a step-up', opened, (attack) => {
  for (const [name, way] of Object.entries(ways)) {
    attack(
      'F-10',
      `whoever opened a step-up knows its id, and leads its browser to ${name}`,
      {
        'without a key': () => '',
        'with an empty key': () => '?key=',
        'with the id for a key': ({ pathname }: URL) => `?key=${pathname.split('/').at(-1)}`,
        'with a key of the same length': ({ search }: URL) =>
          search.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')),
        'with a key in other letters': ({ search }: URL) => `?key=${search.slice(5).toUpperCase()}`,
        'with the right key second': ({ search }: URL) => `?key=x&${search.slice(1)}`,
        'with a key of their own step-up': undefined,
      } as Record<string, ((link: URL) => string) | undefined>,
      async (t, stage, forge) => {
        const { world } = stage
        const { browser, link } = await open(t, stage, way)
        const other = forge ? undefined : await open(t, stage, way)
        const query = forge?.(link) ?? other?.link.search ?? ''
        t.not(query, link.search)
        const tracks = world.authsignal.control.tracks.length
        const forged = new URL(link.pathname + query, link)
        const page = await browser.navigate(forged, { follow: false, from: 'https://evil.example' })
        t.equal(page.status, 410)
        t.notOk(page.headers['location'])
        t.notOk(page.headers['set-cookie'])
        t.equal(world.authsignal.control.tracks.length, tracks, 'nothing has changed')
        const end = await browser.navigate(link, atHome(world))
        const worked =
          isChallenge(end) || [...answerOf(stage, end).keys()].some((it) => /^(?:code|error)$/.test(it))
        t.ok(worked, 'and the link itself leads on', { end: [end.status, end.url, end.headers['location']] })
      },
    )
  }
})
