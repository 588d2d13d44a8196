{{/*
Fails for values that contradict each other, which no schema can say. All faults are reported at once: each rule is its
condition, and what is said if it is true.
*/}}
{{- define "step-up-gateway.validate" -}}
{{- $v := .Values -}}
{{- $isMemory := eq (include "step-up-gateway.isMemory" .) "true" -}}
{{- $isOwnPod := ne $v.shape "included" -}}
{{- $isSeparate := eq $v.shape "separate" -}}
{{- $isScaled := $v.autoscaling.enabled -}}
{{- $policy := $v.networkPolicy -}}
{{- $url := default "" $v.config.upstream.url -}}
{{- $loopback := "^https?://(127\\.[0-9.]+|localhost|\\[::1\\])(:|$)" -}}
{{- $rules := list
  (list (not $v.image.repository)
    "image.repository is empty: write where your cluster gets the gateway's image")
  (list (not $v.config.publicUrl)
    "config.publicUrl is empty: write the address that browsers and clients know, such as https://login.example.com")
  (list (not $url)
    "config.upstream.url is empty: write the OP's own address, such as http://op.idp.svc:8080")
  (list (and $url (not $isSeparate) (not (regexMatch $loopback $url)))
    "config.upstream.url leads out of the pod, where the OP is in this shape: write http://127.0.0.1:PORT")
  (list (and $isMemory $isOwnPod (not $isScaled) (gt (int $v.replicas) 1))
    "replicas is more than 1, but config.store is memory, which gateways can't share: set config.store to a Redis or Valkey, or replicas to 1")
  (list (and $isMemory $isScaled)
    "autoscaling.enabled is true, but config.store is memory, which gateways can't share: set config.store to a Redis or Valkey")
  (list (and $isScaled (not $isOwnPod))
    "autoscaling.enabled is true, but in the shape included the pods belong to your chart: scale them there")
  (list (and $isScaled (lt (int $v.autoscaling.maxReplicas) (int $v.autoscaling.minReplicas)))
    "autoscaling.maxReplicas is less than autoscaling.minReplicas")
  (list (and (eq $v.shape "sidecar") (not $v.op.containers))
    "op.containers is empty: in the shape sidecar it holds the OP's containers")
  (list (and (ne $v.shape "sidecar") (or $v.op.containers $v.op.volumes))
    "op.containers and op.volumes are for the shape sidecar only")
  (list (and (not $isOwnPod) (not $v.op.podLabels))
    "op.podLabels is empty: write the labels that select your chart's pods")
  (list (and $isSeparate $policy.enabled (not $v.op.podLabels))
    "op.podLabels is empty: write the labels of the OP's pods, whose port the NetworkPolicy closes to all but the gateway; if something else closes it, set networkPolicy.enabled to false")
  (list (and $policy.enabled $v.serviceMonitor.enabled (not $policy.monitoringFrom))
    "networkPolicy.monitoringFrom is empty, so Prometheus can't reach the gateway: write its peers, such as [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } } }]")
  (list (and $policy.enabled $policy.egress.enabled (not $isMemory) (not $policy.egress.rules))
    "networkPolicy.egress.rules is empty, so the gateway can't reach config.store: write a rule for it")
  (list (and $v.httpRoute.enabled (not $v.httpRoute.parentRefs))
    "httpRoute.parentRefs is empty: write the Gateway that the route belongs to")
  (list (hasKey $v.mounts "step-up-gateway")
    "mounts.step-up-gateway: existingSecret is mounted there; choose another name")
-}}
{{- $faults := list -}}
{{- range $rules -}}
  {{- if first . -}}{{- $faults = append $faults (last .) -}}{{- end -}}
{{- end -}}
{{- if $faults -}}
  {{- fail (printf "\n\nthe values of step-up-gateway can't be used:\n  - %s\n" (join "\n  - " $faults)) -}}
{{- end -}}
{{- end -}}
