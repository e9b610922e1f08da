{{- define "tidewaiter.name" -}}
{{- if contains "tidewaiter" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-tidewaiter" (.Release.Name | trunc 29 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "tidewaiter.selector" -}}
app.kubernetes.io/name: tidewaiter
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tidewaiter.labels" -}}
{{ include "tidewaiter.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "tidewaiter.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* A number of values.yaml is a float to Helm, which writes 8388608 as 8.388608e+06. */ -}}
{{- define "tidewaiter.text" -}}
{{- if kindIs "float64" . }}{{ if eq . (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{- define "tidewaiter.user.worker" -}}
{{ .Values.strimzi.worker | default .Values.settings.sasl_username | default (include "tidewaiter.name" .) }}
{{- end }}

{{- define "tidewaiter.user.scaler" -}}
{{ .Values.strimzi.scaler | default (printf "%s-scaler" (include "tidewaiter.name" .)) }}
{{- end }}

{{- define "tidewaiter.strimziUsers" -}}
{{- if and .Values.strimzi.enabled .Values.strimzi.users }}true{{ end }}
{{- end }}

{{- /* The Secrets as sources of one projected volume. */ -}}
{{- define "tidewaiter.secretSources" -}}
{{- with .Values.secrets }}
{{- if .saslPassword.name }}
- secret: {name: {{ .saslPassword.name | quote }}, items: [{key: {{ .saslPassword.key | quote }}, path: tidewaiter_sasl_password}]}
{{- end }}
{{- if .tlsKeyPassword.name }}
- secret: {name: {{ .tlsKeyPassword.name | quote }}, items: [{key: {{ .tlsKeyPassword.key | quote }}, path: tidewaiter_tls_key_password}]}
{{- end }}
{{- if .saslToken.name }}
- secret: {name: {{ .saslToken.name | quote }}, items: [{key: {{ .saslToken.key | quote }}, path: token}]}
{{- end }}
{{- if .ca.name }}
- secret: {name: {{ .ca.name | quote }}, items: [{key: {{ .ca.key | quote }}, path: ca.crt}]}
{{- end }}
{{- if .certificate.name }}
- secret: {name: {{ .certificate.name | quote }}, items: [{key: {{ .certificate.certificateKey | quote }}, path: client.crt}, {key: {{ .certificate.keyKey | quote }}, path: client.key}]}
{{- end }}
{{- end }}
{{- end }}

{{- define "tidewaiter.brokerPorts" -}}
{{- $ports := .Values.networkPolicy.brokerPorts }}
{{- if not $ports }}
{{- range splitList "," .Values.settings.broker }}{{ $ports = append $ports (regexFind "[0-9]+$" (trim .)) }}{{ end }}
{{- end }}
{{- range $ports | uniq }}
- {protocol: TCP, port: {{ int . }}}
{{- end }}
{{- end }}
