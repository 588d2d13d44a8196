import { type FastifyInstance, fastify } from 'fastify'
import t from 'tap'
import { noSchemas } from '../src/no-schemas.ts'

const build = (): FastifyInstance => fastify({ schemaController: noSchemas })

t.test('a server without schemas answers, errors too', async (t) => {
  const app = build()
  app.get('/json', async () => ({ a: 1 }))
  app.get('/error', async () => {
    throw new Error('no')
  })
  t.same((await app.inject('/json')).json(), { a: 1 })
  t.equal((await app.inject('/error')).statusCode, 500)
  t.equal((await app.inject('/nowhere')).statusCode, 404)
})

t.test('a schema is never ignored', async (t) => {
  for (const schema of [{ querystring: { type: 'object' } }, { response: { 200: { type: 'object' } } }]) {
    const app = build()
    app.get('/', { schema }, async () => ({}))
    await t.rejects(async () => app.ready(), { message: /no schemas/ })
  }
})
