import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import { chooseFormat, contentTypes, type Format } from '../metrics/render.ts'

/** What writes all metrics, in parts. */
export type Scrape = (format: Format) => AsyncIterable<string>

/**
 * Serves the metrics to Prometheus, and to others that read one of its formats. Who asks while they are written gets what
 * is written: however many ask, it is the work of one.
 */
export function serveMetrics(app: FastifyInstance, scrape: Scrape): void {
  const underWay = new Map<Format, Promise<string>>()

  function scrapeOnce(format: Format): Promise<string> {
    const known = underWay.get(format)
    if (known) return known
    const scraped = text(scrape(format)).finally(() => underWay.delete(format))
    underWay.set(format, scraped)
    return scraped
  }

  app.get('/metrics', async ({ headers }, reply) => {
    const format = chooseFormat(headers.accept)
    return reply.header('content-type', contentTypes[format]).send(await scrapeOnce(format))
  })
}
