/** What `/readyz` says but for its parts, which say the same one by one. */
export async function readReadyz({ adminUrl }: { readonly adminUrl: string }) {
  const answer = await fetch(`${adminUrl}/readyz`)
  const { parts, ...body } = (await answer.json()) as {
    readonly status: string
    readonly reason?: string
    readonly warnings?: readonly string[]
    readonly parts: Readonly<Record<string, { readonly status: string }>>
  }
  return { status: answer.status, body }
}
