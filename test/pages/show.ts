import { fastify, type LightMyRequestResponse } from 'fastify'
import type { Config } from '../../src/config/schema/schema.ts'
import type { chooseLanguage } from '../../src/pages/language.ts'
import type { Page } from '../../src/pages/page.ts'
import { createPages } from '../../src/pages/pages.ts'

/** A page as a browser gets it. */
export async function show(
  page: Page,
  {
    language,
    languageOf,
    config = {},
  }: { language?: string; languageOf?: typeof chooseLanguage; config?: Config['pages'] } = {},
): Promise<LightMyRequestResponse> {
  const pages = createPages(config, languageOf)
  const app = fastify()
  app.get('/', (request, reply) => pages.send(request, reply.header('set-cookie', 'a=b'), page))
  const response = await app.inject({
    url: '/',
    headers: language === undefined ? {} : { 'accept-language': language },
  })
  await app.close()
  return response
}

/** The page's HTML, in English. */
export async function htmlOf(page: Page, config: Config['pages'] = {}): Promise<string> {
  return (await show(page, { config })).body
}

/** The Content-Security-Policy of an answer, by directive. */
export function readPolicy({ headers }: LightMyRequestResponse): Record<string, string> {
  const directives = String(headers['content-security-policy']).split('; ')
  return Object.fromEntries(directives.map((directive) => directive.split(/ (.*)/, 2)))
}
