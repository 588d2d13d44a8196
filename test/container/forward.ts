import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'

/** Brings connections from outside the container to what listens on its loopback: the lab listens nowhere else. */
export function forward(port: number, to: number): void {
  createServer((incoming) => {
    const outgoing = connect(to, '127.0.0.1')
    // A connection that breaks is closed at both ends; the lab notices by itself.
    pipeline(incoming, outgoing, incoming, () => undefined)
  }).listen(port, '0.0.0.0')
}
