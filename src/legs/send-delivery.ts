import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Delivery } from '../http/delivery.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { formPostPage } from '../pages/form-post-page.ts'
import { openAppPage } from '../pages/open-app-page.ts'
import type { Services } from '../services.ts'

/** Sends the browser on, as the OP's own answer would have. */
export function sendDelivery(
  { pages }: Pick<Services, 'pages'>,
  request: FastifyRequest,
  reply: FastifyReply,
  delivery: Delivery,
  uiLocales?: string,
): FastifyReply {
  if (delivery.kind === 'redirect') return sendRedirect(reply, delivery.location)
  const { action, fields } = delivery
  return pages.send(request, reply, formPostPage({ action, fields, supportId: request.id, uiLocales }))
}

/**
 * The same for a browser that still shows the form of a challenge: a redirect that leads out of it, to an application of
 * the device, would leave that form there.
 */
export function sendAfterStepUp(
  services: Pick<Services, 'pages'>,
  request: FastifyRequest,
  reply: FastifyReply,
  delivery: Delivery,
  uiLocales?: string,
): FastifyReply {
  const page =
    delivery.kind === 'redirect' && openAppPage({ href: delivery.location, supportId: request.id, uiLocales })
  return page
    ? services.pages.send(request, reply, page)
    : sendDelivery(services, request, reply, delivery, uiLocales)
}
