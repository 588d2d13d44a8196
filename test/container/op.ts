import { startOp } from '../lab/op.ts'
import { forward } from './forward.ts'

// The service `op` of the test: the lab's OP, with what the test says of its issuer and clients.
const { port } = await startOp(JSON.parse(process.env['LAB_OP'] ?? ''))
forward(5000, port)
process.on('SIGTERM', () => process.exit())
