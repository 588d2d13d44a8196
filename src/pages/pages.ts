import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { chooseAccents } from './accents.ts'
import { createBrand } from './brand.ts'
import { chooseLanguage, english } from './language.ts'
import type { Page } from './page.ts'
import { samples } from './samples.ts'
import { createStylesheet } from './stylesheet.ts'
import { compileTemplates } from './templates.ts'
import { createView } from './view.ts'

/** Shows people what the gateway has to say. */
export interface Pages {
  /**
   * Sends a page in the language of the browser, with its status and headers, which may loosen those of every page but
   * never keep it; headers that the reply already has, such as cookies, stay.
   */
  send(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply
}

/** The headers of every page: never cached or framed; no script, form or further request. */
const commonHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
}

/**
 * Compiles the templates, once, and shows samples with them.
 *
 * @param languageOf chooses the language of each page.
 * @throws {ConfigError} names the key and the file that can't be used.
 */
export function createPages(config: Config['pages'], languageOf = chooseLanguage): Pages {
  const brand = createBrand(config)
  const templates = compileTemplates(config.templates)
  const style = createStylesheet(chooseAccents(config), templates.style)
  const look = { brand, style }
  for (const sample of samples) templates.prove(createView(look, sample, english))

  const commonPolicy = {
    'default-src': "'none'",
    'style-src': `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    ...(brand.logo !== undefined && { 'img-src': 'data:' }),
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
  }

  return {
    send(request, reply, page) {
      const language = languageOf(request.headers['accept-language'], page.uiLocales)
      const policy = Object.entries({ ...commonPolicy, ...page.policy }).map((words) => words.join(' '))
      return reply
        .code(page.statusCode)
        .headers({
          ...commonHeaders,
          'cross-origin-opener-policy': page.keepsOpener ? 'unsafe-none' : 'same-origin',
          'content-security-policy': policy.join('; '),
          ...page.headers,
          'content-language': language.tag,
          vary: 'accept-language',
          'cache-control': 'no-store',
        })
        .send(templates.render(createView(look, page, language)))
    },
  }
}
