import { oidcProviderKit } from '../lab/providers/oidc-provider/kit.ts'
import { runMatrix } from './matrix.ts'

runMatrix(oidcProviderKit)
