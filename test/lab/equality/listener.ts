import { listenOnLoopback } from '../listen.ts'
import type { Application, ApplicationKit, ApplicationPlan } from '../providers/kit.ts'

/** Redirect URIs that answer with an empty page: the stories look at what comes there, nobody signs in. */
export function createListenerKit(name: string, consent: boolean): ApplicationKit {
  return {
    name,
    findMissing: async () => undefined,
    start: async (_issuer, plans) => {
      const { port, close } = await listenOnLoopback((request, response) => {
        request.resume()
        response.writeHead(200, { 'content-type': 'text/plain' }).end('here')
      })
      return { applications: plans.map((plan) => describe(plan, port, consent)), close }
    },
  }
}

function describe({ clientId, clientSecret }: ApplicationPlan, port: number, consent: boolean): Application {
  const nobody = () => Promise.reject(new Error('nobody signs in at a listener'))
  const url = `http://${clientId}.localhost:${port}`
  return {
    registration: {
      clientId,
      clientSecret,
      clientAuth: 'client_secret_post',
      redirectUris: [`${url}/callback`],
      postLogoutRedirectUris: [`${url}/bye`],
      consent,
    },
    startSignIn: nobody,
    findSubject: nobody,
    findError: () => undefined,
    startLogout: nobody,
  }
}
