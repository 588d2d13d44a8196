import t from 'tap'
import { warnOfStandIn } from '../../src/authsignal/warn-of-stand-in.ts'

t.test('an API on this machine is named, one elsewhere is not', async (t) => {
  for (const host of ['127.0.0.1:4480', '[::1]:4480', 'localhost', 'authsignal.localhost:1'])
    t.match(warnOfStandIn({ apiUrl: `http://${host}/v1` }), [/nothing is protected/], host)
  for (const host of ['api.authsignal.com', 'localhost.example.com'])
    t.same(warnOfStandIn({ apiUrl: `https://${host}/v1` }), [], host)
})
