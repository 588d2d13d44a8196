/** Ids of the list of threats that can't be a case of this suite, each with the reason in one line. */
export const notCases: Readonly<Record<string, string>> = {
  'T-11': 'the gateway takes no webhooks: no path of it is called by Authsignal',
  'V-05': 'no attack by itself: `npm run test:mutate-guards` turns each guard off and wants a case to fall',
  'Y-06': 'the gateway reads its configuration once: there is no reload that could be half done',
}
