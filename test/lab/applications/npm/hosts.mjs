import { createServer } from 'node:http'

/**
 * Serves several applications at one port of 127.0.0.1, told apart by their host names. The environment says which
 * (APPLICATIONS: JSON of ApplicationPlan with a host), the issuer that they trust (ISSUER), and the port (PORT).
 * @param {(plan: { host: string, clientId: string, clientSecret: string, clientAuth: string }, url: string, issuer: string) => import('express').Express} createApplication
 */
export function serveHosts(createApplication) {
  const { APPLICATIONS, ISSUER, PORT } = process.env
  const applications = new Map(
    JSON.parse(APPLICATIONS).map((plan) => [
      plan.host,
      createApplication(plan, `http://${plan.host}:${PORT}`, ISSUER),
    ]),
  )
  createServer((request, response) => {
    const application = applications.get(new URL(`http://${request.headers.host}`).hostname)
    if (application !== undefined) application(request, response)
    else response.writeHead(request.url === '/ready' ? 200 : 404).end()
  }).listen(PORT, '127.0.0.1')
}
