{{- define "step-up-gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Room is left for the longest suffix, "-monitoring". */}}
{{- define "step-up-gateway.fullname" -}}
{{- $name := include "step-up-gateway.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "step-up-gateway.labels" -}}
{{- with .Values.commonLabels }}{{ toYaml . }}
{{ end -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "step-up-gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* What selects the gateway's pods. */}}
{{- define "step-up-gateway.selectorLabels" -}}
{{- if eq .Values.shape "included" -}}
{{ toYaml .Values.op.podLabels }}
{{- else -}}
app.kubernetes.io/name: {{ include "step-up-gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- end -}}

{{- define "step-up-gateway.serviceAccountName" -}}
{{- $default := ternary (include "step-up-gateway.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $default .Values.serviceAccount.name -}}
{{- end -}}

{{- define "step-up-gateway.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The host of publicUrl, without its port. */}}
{{- define "step-up-gateway.host" -}}
{{- (urlParse .Values.config.publicUrl).hostname -}}
{{- end -}}

{{/* Whole seconds of a duration of the gateway, rounded up: 500ms, 30s, 2m. */}}
{{- define "step-up-gateway.seconds" -}}
{{- $amount := regexFind "^[0-9]+" . | int -}}
{{- $unit := regexFind "[a-z]+$" . -}}
{{- if eq $unit "ms" -}}{{ divf $amount 1000 | ceil | int }}
{{- else -}}{{ mul $amount (get (dict "s" 1 "m" 60 "h" 3600) $unit) }}
{{- end -}}
{{- end -}}

{{/*
What the gateway takes to end: not ready for `delay`, then at most `grace`, and 5 s of reserve. An OP in the same pod
ends after it.
*/}}
{{- define "step-up-gateway.terminationGracePeriodSeconds" -}}
{{- $delay := include "step-up-gateway.seconds" .Values.config.shutdown.delay -}}
{{- $grace := include "step-up-gateway.seconds" .Values.config.shutdown.grace -}}
{{- $op := ternary 0 .Values.op.terminationSeconds (eq .Values.shape "separate") -}}
{{- add $delay $grace 5 $op -}}
{{- end -}}

{{/* true if all state is in the process. */}}
{{- define "step-up-gateway.isMemory" -}}
{{- eq (toString (default "memory" .Values.config.store)) "memory" -}}
{{- end -}}
