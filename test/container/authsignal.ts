import { startStandIn } from '../../src/stand-in/start-stand-in.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { secretOf } from '../lab/op-world.ts'
import { forward } from './forward.ts'

// The stand-in for Authsignal of the test, in the gateway's network.
await startStandIn({
  apiSecretKey: secretOf('authsignal'),
  port: 4480,
  publicUrl: process.env['LAB_HOSTED'] ?? '',
  users: [{ userId: 'user-alice', secret: 'JBSWY3DPEHPK3PXP' }],
  rules: [stepUpForWeb],
})
forward(4481, 4480)
process.on('SIGTERM', () => process.exit())
