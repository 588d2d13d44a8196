import { Readable } from 'node:stream'
import { check } from '../../forecast.ts'
import { isAtAuthorization } from '../../http/endpoints.ts'
import { listCodings } from '../../http/readable-codings.ts'
import { type FormWatch, watchForms } from '../../oauth/page/form-watch.ts'
import { Refusal } from '../../refusal.ts'
import type { PeekedBody } from '../../upstream/peek-body.ts'
import { contentCodingOf, contentTypeOf } from '../../upstream/send-answer.ts'
import type { OpResponse } from '../learned.ts'
import { mustBeRead, type RelayServices, urlOf } from './judge-answer.ts'

type LongPage = Extract<PeekedBody, { complete: false }>

/**
 * What may be sent of a page that is too long to be read. Where a response could be in it, it ends before the first form
 * that may lead to a client.
 *
 * @throws {Refusal} `upstream_unreadable` at an authorization endpoint, and where such a form stands in its start.
 */
export async function relayLongPage(
  services: RelayServices,
  answer: OpResponse,
  page: LongPage,
): Promise<LongPage> {
  await check(services, answer.request, (all) => requireNoForm(all, answer, page))
  if (!mustBeRead(services, answer)) return page
  const watch = createWatch(services, answer)
  return { ...page, stream: Readable.from(/* guard: rest-of-a-long-page */ watched(page.stream, watch)) }
}

/** In what is known of the page. */
function requireNoForm(services: RelayServices, answer: OpResponse, page: LongPage): void {
  const { request, reply } = answer
  if (!mustBeRead(services, answer)) return
  const isCoded = listCodings(contentCodingOf(reply)).length > 0
  if (
    isCoded ||
    /* guard: long-pages-at-authorization */ isAtAuthorization(
      request.exchange.target,
      services.provider.guarded,
    )
  ) {
    throw new Refusal('upstream_unreadable', 'a page too long to be read')
  }
  createWatch(services, answer).read(page.start)
}

function createWatch(services: RelayServices, { request, reply }: OpResponse): FormWatch {
  const leadsToClient = (address: string): boolean =>
    services.policies.ofRedirectUri(address).some(({ mode }) => mode === 'enforce')
  return watchForms(contentTypeOf(reply), urlOf(services, request), leadsToClient)
}

async function* watched(stream: Readable, watch: FormWatch): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer>) yield watch.read(chunk)
  yield watch.end()
}
