import { askAll } from './endpoint-stories.ts'
import { authorizationUrl, credentialsOf, type Story } from './story.ts'

/** Requests that the gateway refuses whoever asks, since it guards the endpoint and could not tell what the OP reads. */
export const STRICT_STORY: Story = askAll('what is refused at a guarded endpoint by design', (scene) => {
  const { endpoints, open } = scene
  const token = endpoints['token_endpoint'] ?? ''
  const form = { grant_type: 'authorization_code', code: 'none', ...credentialsOf(open) }
  const text = new URLSearchParams(form).toString()
  return [
    { target: token, what: 'strict: another method' },
    { target: token, method: 'POST', body: text, headers: JSON_TYPE, what: 'strict: another content type' },
    { target: token, method: 'POST', what: 'strict: no content type' },
    {
      target: token,
      method: 'POST',
      body: `${text}&code=other`,
      headers: FORM,
      what: 'strict: a parameter twice',
    },
    {
      target: token.toUpperCase().replace(/^HTTP:\/\/[^/]+/, ''),
      method: 'POST',
      body: form,
      what: 'strict: another case',
    },
    { target: `${authorizationUrl(scene, open)}&response_type=token`, what: 'strict: a parameter twice' },
    { target: '/nothing/../here', what: 'strict: a dot segment' },
  ]
})

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json' }
