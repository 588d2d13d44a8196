import type { AuthorizationError } from './decide.ts'

/** What the developer of a client reads beside an error (`error_description`, RFC 6749 4.1.2.1). */
export function errorDescriptionOf(error: AuthorizationError | 'unsupported_response_type'): string {
  switch (error) {
    case 'access_denied':
      return 'The sign-in was refused.'
    case 'interaction_required':
      return 'The sign-in needs a verification by the user.'
    case 'server_error':
      return 'The sign-in could not be checked.'
    case 'temporarily_unavailable':
      return 'The verification is not available at the moment.'
    case 'unmet_authentication_requirements':
      return 'The user was not verified.'
    case 'unsupported_response_type':
      return 'The response holds what the step-up gateway does not let this client have.'
  }
}
