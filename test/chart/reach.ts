import { type KubernetesObject, type Labels, type Peer, selects } from './objects.ts'

export interface Pod {
  namespace: string
  labels: Labels
}

/**
 * Whether NetworkPolicies let one pod connect to a port of another, as a network plugin decides it: a pod that no policy
 * selects is open, and any policy that selects it may allow. Peers by address are none of the chart's.
 */
export function mayReach(objects: readonly KubernetesObject[], from: Pod, to: Pod, port: number): boolean {
  const policies = objects.filter(
    ({ kind, metadata, spec }) =>
      kind === 'NetworkPolicy' &&
      spec.policyTypes.includes('Ingress') &&
      metadata.namespace === to.namespace &&
      selects(spec.podSelector.matchLabels, to.labels),
  )
  if (policies.length === 0) return true
  return policies.some(({ metadata, spec }) =>
    (spec.ingress ?? []).some(
      (rule) =>
        (rule.ports === undefined || rule.ports.some((one) => one.port === port)) &&
        (rule.from === undefined || rule.from.some((peer) => isPeer(peer, from, metadata.namespace))),
    ),
  )
}

function isPeer({ podSelector, namespaceSelector }: Peer, pod: Pod, home: string | undefined): boolean {
  const isThere = namespaceSelector
    ? selects(namespaceSelector.matchLabels, { 'kubernetes.io/metadata.name': pod.namespace })
    : pod.namespace === home
  return isThere && selects(podSelector?.matchLabels, pod.labels)
}
