import t from 'tap'
import { rememberDevicePage } from '../../src/pages/remember-device-page.ts'
import { htmlOf } from './show.ts'

const hour = 60 * 60_000

t.test('two ways on, and for how long', async (t) => {
  const durations = {
    '1 hour?': hour,
    '12 hours?': 12 * hour,
    '24 hours?': 24 * hour,
    '36 hours?': 36 * hour,
  }
  const longer = { '2 days?': 48 * hour, '365 days?': 365 * 24 * hour }
  for (const [told, durationMs] of Object.entries({ ...durations, ...longer })) {
    const page = rememberDevicePage({
      rememberHref: '/step-up/remember/1',
      continueHref: '/step-up/continue/1',
      durationMs,
      supportId: 'id-1',
    })
    t.equal(page.statusCode, 200)
    const html = await htmlOf(page)
    t.match(html, `Shall this device be remembered for ${told}`)
    t.match(html, '<a href="/step-up/remember/1" rel="noreferrer">Yes, remember it</a>')
    t.match(html, '<a href="/step-up/continue/1" rel="noreferrer">No, continue</a>')
  }
})
