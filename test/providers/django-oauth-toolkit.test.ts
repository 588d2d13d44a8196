import { djangoKit } from '../lab/providers/django-oauth-toolkit/kit.ts'
import { runMatrix } from './matrix.ts'

runMatrix(djangoKit)
