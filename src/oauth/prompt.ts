import { Refusal } from '../refusal.ts'

/** OpenID Connect Core 3.1.2.1, Initiating User Registration 4. */
const registered = new Set(['none', 'login', 'consent', 'select_account', 'create'])

/** Many times as long as all registered values together. */
const maxLength = 1024

/**
 * Reads the prompt parameter (OpenID Connect Core 3.1.2.1): values separated by spaces. Unknown values are kept.
 *
 * @returns an empty set if the parameter is absent.
 * @throws Refusal `malformed_parameters` if `none` stands with another value, and for anything that one server could
 *   read as a registered value and another not: other separators, other case.
 */
export function parsePrompt(value: string | undefined): ReadonlySet<string> {
  if (value !== undefined && value.length > maxLength)
    refuse(`expected at most ${maxLength} characters`, value)
  const prompts = new Set((value ?? '').split(' ').filter((prompt) => prompt !== ''))
  for (const prompt of prompts) {
    if (!/^[!-~]+$/.test(prompt)) refuse('expected printable ASCII, separated by spaces', value)
    if (
      !registered.has(prompt) &&
      prompt.split(/[,;+|]/).some((part) => registered.has(part.toLowerCase()))
    ) {
      refuse('another spelling of a registered value', value)
    }
  }
  if (prompts.has('none') && prompts.size > 1) refuse('none with another value', value)
  return prompts
}

function refuse(detail: string, value: string | undefined): never {
  throw new Refusal('malformed_parameters', `prompt: ${detail}`, { value })
}
