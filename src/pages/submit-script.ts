import { createHash } from 'node:crypto'

/** The only script there is: it sends the form of its page. */
export const submitScript = 'document.forms[0].submit()'

/** The source expression that allows this script and nothing else (CSP Level 3, 2.3.1). */
export const submitScriptSource = `'sha256-${createHash('sha256').update(submitScript).digest('base64')}'`
