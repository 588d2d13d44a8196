import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { chooseFormat, contentTypes, type Format } from '../metrics/render.ts'

/** What writes all metrics, in parts. */
export type Scrape = (format: Format) => AsyncIterable<string>

/** Serves the metrics to Prometheus, and to others that read one of its formats. */
export function serveMetrics(app: FastifyInstance, scrape: Scrape): void {
  app.get('/metrics', async ({ headers }, reply) => {
    const format = chooseFormat(headers.accept)
    return reply.header('content-type', contentTypes[format]).send(Readable.from(scrape(format)))
  })
}
