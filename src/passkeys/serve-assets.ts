import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import fresh from 'fresh'
import { Refusal } from '../refusal.ts'

/** The scripts that pages load from the gateway itself: nothing comes from another origin. */
const files = {
  'authsignal.js': new URL('index.min.js', import.meta.resolve('@authsignal/browser')),
  'passkey-page.js': new URL('../browser/passkey-page.js', import.meta.url),
  'passkey-sign-in.js': new URL('../browser/passkey-sign-in.js', import.meta.url),
}

export type AssetName = keyof typeof files

interface Asset {
  readonly bytes: Buffer
  readonly hash: string
}

/** The scripts as they were when the gateway started. */
export interface Assets {
  /** The URL of a script with its hash, under which browsers may keep it for good. */
  urlOf(name: AssetName): string
  find(name: string): Asset | undefined
}

/**
 * Reads the scripts.
 *
 * @param baseUrl `publicUrl` and `pathPrefix`.
 */
export function readAssets(baseUrl: string): Assets {
  const assets = new Map<string, Asset>(
    Object.entries(files).map(([name, file]) => {
      const bytes = readFileSync(file)
      return [name, { bytes, hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 22) }]
    }),
  )
  return {
    urlOf: (name) => `${baseUrl}/assets/${name}?v=${assets.get(name)?.hash}`,
    find: (name) => assets.get(name),
  }
}

/** Serves the scripts at `assets/{name}` below the prefix that the app is registered with. */
export function serveAssets(app: FastifyInstance, assets: Assets): void {
  app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const asset = assets.find(request.params.name)
    if (!asset) throw new Refusal('not_found', 'the gateway has no such script')
    const { bytes, hash } = asset
    const isVersioned = request.exchange.target.query === `v=${hash}`
    const etag = `"${hash}"`
    reply.headers({
      etag,
      'cache-control': isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
    if (fresh(request.headers, { etag })) return reply.code(304).send()
    return reply.type('text/javascript; charset=utf-8').send(bytes)
  })
}
