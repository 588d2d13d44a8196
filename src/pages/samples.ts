import { challengePage } from './challenge-page.ts'
import type { Page } from './page.ts'
import { passkeysPage } from './passkeys-page.ts'
import { refusalPage } from './refusal-page.ts'

const supportId = '00000000-0000-0000-0000-000000000000'

/** Pages that use all that templates have to show, so that one which can't be rendered is known at the start. */
export const samples: readonly Page[] = [
  refusalPage('not_found', supportId),
  challengePage({ challengeUrl: 'https://mfa.example.com/', supportId }),
  {
    template: 'form-post',
    statusCode: 200,
    title: 'formPostTitle',
    paragraphs: ['formPostText'],
    form: {
      action: 'https://app.example.com/',
      method: 'post',
      fields: [['error', 'a']],
      label: 'formPostGo',
    },
    supportId,
  },
  ...[true, false].map((canRemove) =>
    passkeysPage({
      passkeys: canRemove ? [{ id: '1', name: 'A', createdAt: 0 }] : [],
      canRemove,
      notice: canRemove ? 'added' : undefined,
      returnHref: canRemove ? 'https://app.example.com/' : undefined,
      removeHref: '/',
      tenantId: '1',
      baseUrl: 'https://login.example.com/',
      username: 'a',
      displayName: 'A',
      scripts: ['/a.js'],
      scriptSource: "'none'",
      connectSource: "'none'",
      supportId,
    }),
  ),
]
