import type Provider from 'oidc-provider'

/**
 * oidc-provider, without what it writes to the console while it loads: on Node 20 it says that it expects Node 22.
 * It runs on both, and the print of the demo and of the tests stays readable.
 */
export async function loadOidcProvider(): Promise<typeof Provider> {
  const write = process.stderr.write
  process.stderr.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    if (String(chunk).includes('Unsupported runtime')) return true
    return Reflect.apply(write, process.stderr, [chunk, ...rest])
  }
  try {
    return (await import('oidc-provider')).default
  } finally {
    process.stderr.write = write
  }
}
