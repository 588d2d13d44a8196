{{/*
The gateway's container, as a list item. Charts of the shape included use it too:
  {{- include "step-up-gateway.container" (index .Subcharts "step-up-gateway") | nindent 8 }}
*/}}
{{- define "step-up-gateway.container" -}}
- name: gateway
  image: {{ include "step-up-gateway.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args: [start, --config, /etc/step-up-gateway/config/gateway.yaml]
  {{- with .Values.extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - { name: http, containerPort: {{ .Values.config.listen.port }}, protocol: TCP }
    - { name: monitoring, containerPort: {{ .Values.config.monitoring.port }}, protocol: TCP }
  # Five minutes for an OP or a store that starts at the same time.
  startupProbe:
    httpGet: { path: /startupz, port: monitoring }
    periodSeconds: 2
    timeoutSeconds: 3
    failureThreshold: 150
  livenessProbe:
    httpGet: { path: /livez, port: monitoring }
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 3
  readinessProbe:
    httpGet: { path: /readyz, port: monitoring }
    periodSeconds: 5
    timeoutSeconds: 3
    failureThreshold: 2
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  volumeMounts:
    # Whole folders, never subPath: kubelet swaps their ..data link, and the gateway follows it.
    - { name: step-up-gateway-config, mountPath: /etc/step-up-gateway/config, readOnly: true }
    - { name: step-up-gateway-clients, mountPath: /etc/step-up-gateway/clients, readOnly: true }
    - { name: step-up-gateway-secrets, mountPath: /run/secrets/step-up-gateway, readOnly: true }
    {{- range $key, $_ := .Values.mounts }}
    - { name: step-up-gateway-mount-{{ $key }}, mountPath: /run/secrets/{{ $key }}, readOnly: true }
    {{- end }}
{{- end -}}

{{/* The volumes of that container, as list items. */}}
{{- define "step-up-gateway.volumes" -}}
- name: step-up-gateway-config
  configMap: { name: {{ include "step-up-gateway.fullname" . }} }
- name: step-up-gateway-clients
  projected:
    sources:
      - configMap: { name: {{ include "step-up-gateway.fullname" . }}-clients }
      {{- range .Values.clientsConfigMaps }}
      - configMap: { name: {{ . }} }
      {{- end }}
- name: step-up-gateway-secrets
  secret: { secretName: {{ .Values.existingSecret }}, defaultMode: 0440 }
{{- range $key, $mount := .Values.mounts }}
- name: step-up-gateway-mount-{{ $key }}
  {{- if $mount.secret }}
  secret: { secretName: {{ $mount.secret }}, defaultMode: 0440 }
  {{- else }}
  configMap: { name: {{ $mount.configMap }} }
  {{- end }}
{{- end }}
{{- end -}}
