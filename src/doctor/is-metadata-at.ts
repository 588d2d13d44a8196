import type { Config } from '../config/schema/schema.ts'
import { listMetadataPaths } from '../provider/metadata.ts'
import { publicHost } from './ask-instance.ts'
import { getPage } from './get-page.ts'

/**
 * Whether what answers at an origin, to the Host of `publicUrl`, has the OP's metadata.
 *
 * @throws the error of the connection.
 */
export async function isMetadataAt(
  config: Pick<Config, 'publicUrl' | 'provider'>,
  origin: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [path = ''] = listMetadataPaths(config.provider.issuer)
  const { status, body } = await getPage(new URL(origin + path), publicHost(config), signal)
  return status === 200 && body.includes('"issuer"')
}
