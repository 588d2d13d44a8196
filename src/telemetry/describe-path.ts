/** Behind the names of the gateway's pages stand the id of a step-up and its nonce. */
const behindOwnPages = /(\/(?:challenge|return|retry|back|skip|remember|continue)\/).*/i

/** Long, and no words. */
const ids = /(?=[^/]*\d)[^/]{16,}/g

/**
 * A path as the log may show it: without query, path parameters, and ids of sessions and of pending logins.
 *
 * @param isRead it was read strictly; of one that was not, no more is shown than up to what some server could decode.
 */
export function describePath(target: string, isRead: boolean): string {
  const [path = ''] = target.split(/[?#;]/, 1)
  const readable = isRead ? path : path.replace(/[^\w./~-].*/s, '…')
  return readable.replace(behindOwnPages, '$1…').replace(ids, '…')
}
