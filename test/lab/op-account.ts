import { html } from 'ghtml'
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { readForm } from './listen.ts'
import { renderOpPage } from './op-pages.ts'
import type { LabUser } from './op-world.ts'

const LONGEST_NAME = 60

/**
 * The OP's account page at `/account`, for the user of its session: GET shows it, POST changes the name that
 * applications get. It asks for no more than the session, as such pages do.
 * @param users where a changed user takes the place of the old one
 */
export function serveAccount(provider: Provider, users: LabUser[], contentSecurityPolicy: string) {
  const justSaved = new Set<string>()
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    if (ctx.path !== '/account') return next()
    ctx.set('cache-control', 'no-store')
    ctx.set('content-security-policy', contentSecurityPolicy)
    ctx.type = 'html'
    const user = await findUser(provider, users, ctx)
    if (user === undefined) {
      ctx.status = 403
      ctx.body = renderSignInFirst()
    } else if (ctx.method === 'POST') {
      if (await changeName(users, ctx, user)) justSaved.add(user.sub)
    } else {
      ctx.body = renderAccount(user, { isSaved: justSaved.delete(user.sub) })
    }
  }
}

async function findUser(
  provider: Provider,
  users: readonly LabUser[],
  ctx: KoaContextWithOIDC,
): Promise<LabUser | undefined> {
  const { accountId } = await provider.Session.get(ctx)
  return users.find(({ sub }) => sub === accountId)
}

/** Whether it is changed. */
async function changeName(users: LabUser[], ctx: KoaContextWithOIDC, user: LabUser): Promise<boolean> {
  const origin = ctx.get('origin')
  const name = (await readForm(ctx.req)).get('name')?.trim() ?? ''
  if (origin !== '' && origin !== `${ctx.protocol}://${ctx.host}`) {
    ctx.status = 403
    ctx.body = renderAccount(user, { problem: 'That form was not on this page.' })
  } else if (name === '' || name.length > LONGEST_NAME) {
    ctx.status = 400
    ctx.body = renderAccount(user, { problem: `A name has 1 to ${LONGEST_NAME} characters.` })
  } else {
    users[users.indexOf(user)] = { ...user, name }
    // By GET, so that a reload sends nothing again.
    ctx.redirect('account')
    ctx.status = 303
    ctx.body = ''
    return true
  }
  return false
}

function renderAccount(
  { username, name, email }: LabUser,
  { isSaved = false, problem }: { readonly isSaved?: boolean; readonly problem?: string },
): string {
  return renderOpPage(
    'Your account',
    html`<h1>Your account</h1>
!${isSaved ? '<p role="status"><strong>Saved.</strong> Applications see it at the next sign-in.</p>' : ''}
!${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
<table><tbody>
<tr><th scope="row">Username</th><td>${username}</td></tr>
<tr><th scope="row">Email address</th><td>${email}</td></tr>
</tbody></table>
<form method="post">
<label for="name">Your name</label>
<input id="name" name="name" type="text" autocomplete="name" maxlength="${LONGEST_NAME}" value="${name}" required>
<div class="actions"><button type="submit">Save</button></div>
</form>`,
  )
}

function renderSignInFirst(): string {
  return renderOpPage(
    'Your account',
    html`<h1>Nobody is signed in</h1>
<p>Sign in at an application first, and then open this page again.</p>`,
  )
}
