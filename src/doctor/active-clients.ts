import type { ClientPolicy, Config } from '../config/schema/schema.ts'

/** The policies of clients that the gateway does not leave alone, that of all others among them. */
export const listActiveClients = ({ clients, defaults }: Config): ClientPolicy[] =>
  [...clients.values(), defaults].filter(({ mode }) => mode !== 'off')
