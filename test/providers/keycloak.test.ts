import { keycloakKit } from '../lab/providers/keycloak/kit.ts'
import { runMatrix } from './matrix.ts'

runMatrix(keycloakKit)
