import { type LabRps, startLabRps } from './lab-rps.ts'
import { type Op, type OpOptions, startOp } from './op.ts'

/** An OP and its applications, with or without something in between. */
export interface SignInWorld extends LabRps {
  /** Where browsers and applications reach the OP. */
  readonly publicUrl: string
  readonly op: Op
}

/** The world without a gateway: the OP is its own public address. */
export async function startDirectWorld(options: Partial<OpOptions> = {}): Promise<SignInWorld> {
  let publicUrl = ''
  const rps = await startLabRps(() => publicUrl)
  const op = await startOp({ ...options, clients: [...rps.clients, ...(options.clients ?? [])] })
  publicUrl = op.url
  const close = async () => {
    await rps.close()
    await op.close()
  }
  return { ...rps, publicUrl, op, close }
}
