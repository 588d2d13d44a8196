/** What the tests read of Kubernetes' objects; their schemas are kubeconform's matter. */
export interface KubernetesObject {
  kind: string
  metadata: { name: string; namespace?: string; labels?: Labels; annotations?: Labels }
  data?: Record<string, string>
  spec: Spec
}

export type Labels = Record<string, string>

interface Spec {
  replicas?: number
  strategy?: { type?: string; rollingUpdate?: { maxUnavailable: number; maxSurge: number } }
  selector: Labels & { matchLabels?: Labels }
  template: { metadata: { labels: Labels; annotations?: Labels }; spec: PodSpec }
  ports: { name: string; port: number; targetPort: string }[]
  rules: { backendRefs?: { name: string; port: number }[] }[]
  podSelector: { matchLabels: Labels }
  policyTypes: string[]
  ingress?: Rule[]
}

export interface PodSpec {
  automountServiceAccountToken: boolean
  terminationGracePeriodSeconds: number
  securityContext: SecurityContext
  initContainers?: Container[]
  containers: Container[]
  volumes: {
    name: string
    secret?: { defaultMode?: number }
    projected?: { sources: { configMap: { name: string } }[] }
  }[]
}

interface SecurityContext {
  runAsNonRoot?: boolean
  runAsUser?: number
  readOnlyRootFilesystem?: boolean
  allowPrivilegeEscalation?: boolean
  privileged?: boolean
  capabilities?: { add?: string[]; drop?: string[] }
  seccompProfile?: { type: string }
}

export interface Container {
  name: string
  image: string
  restartPolicy?: string
  securityContext?: SecurityContext
  ports?: { name: string; containerPort: number }[]
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[]
  startupProbe?: Probe
  livenessProbe?: Probe
  readinessProbe?: Probe
}

export interface Probe {
  httpGet?: { path: string; port: string }
}

export interface Rule {
  ports?: { port: number; protocol?: string }[]
  from?: Peer[]
}

export interface Peer {
  podSelector?: { matchLabels?: Labels }
  namespaceSelector?: { matchLabels?: Labels }
}

export const selects = (wanted: Labels | undefined, labels: Labels): boolean =>
  Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value)
