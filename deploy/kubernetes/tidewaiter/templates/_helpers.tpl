{{- define "tidewaiter.name" -}}
{{- if contains "tidewaiter" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-tidewaiter" (.Release.Name | trunc 29 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "tidewaiter.selector" -}}
app.kubernetes.io/name: tidewaiter
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tidewaiter.rescreener.selector" -}}
app.kubernetes.io/name: tidewaiter-rescreener
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tidewaiter.labels" -}}
{{ include "tidewaiter.selector" . }}
{{ include "tidewaiter.commonLabels" . }}
{{- end }}

{{- define "tidewaiter.rescreener.labels" -}}
{{ include "tidewaiter.rescreener.selector" . }}
{{ include "tidewaiter.commonLabels" . }}
{{- end }}

{{- define "tidewaiter.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "tidewaiter.serve.selector" -}}
app.kubernetes.io/name: tidewaiter-serve
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tidewaiter.serve.labels" -}}
{{ include "tidewaiter.serve.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "tidewaiter.task.selector" -}}
app.kubernetes.io/name: tidewaiter-task
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tidewaiter.task.labels" -}}
{{ include "tidewaiter.task.selector" . }}
{{ include "tidewaiter.commonLabels" . }}
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
{{- if .schemaRegistryPassword.name }}
- secret: {name: {{ .schemaRegistryPassword.name | quote }}, items: [{key: {{ .schemaRegistryPassword.key | quote }}, path: tidewaiter_schema_registry_password}]}
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

{{- /* The settings as variables. `root` is the chart's context; `username` and `secrets` take the place of the workers'. */ -}}
{{- define "tidewaiter.settingsEnv" -}}
{{- $root := .root }}
{{- $secrets := .secrets | default $root.Values.secrets }}
{{- if $secrets.ca.name }}
- name: TIDEWAITER_TLS_CA_FILE
  value: /run/secrets/ca.crt
{{- end }}
{{- if $secrets.certificate.name }}
- name: TIDEWAITER_TLS_CERTIFICATE_FILE
  value: /run/secrets/client.crt
- name: TIDEWAITER_TLS_KEY_FILE
  value: /run/secrets/client.key
{{- end }}
{{- if $secrets.saslToken.name }}
- name: TIDEWAITER_SASL_TOKEN_FILE
  value: /run/secrets/token
{{- end }}
{{- $settings := deepCopy $root.Values.settings }}
{{- if .username }}{{ $_ := set $settings "sasl_username" .username }}{{ end }}
{{- if $root.Values.lists.claim }}{{ $_ := set $settings "lists_dir" "/var/lib/tidewaiter-lists" }}{{ end }}
{{- range $name, $value := $settings }}
{{- $text := include "tidewaiter.text" $value }}
{{- if $text }}
- name: TIDEWAITER_{{ upper $name }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The volumes of values.yaml and the folder of lists, read-only. */ -}}
{{- define "tidewaiter.mounts" -}}
{{- if .Values.lists.claim }}
- name: party-lists
  mountPath: /var/lib/tidewaiter-lists
  readOnly: true
{{- end }}
{{- range .Values.volumeMounts }}
- {{ merge (dict "readOnly" true) . | toJson }}
{{- end }}
{{- end }}

{{- define "tidewaiter.volumes" -}}
{{- if .Values.lists.claim }}
- name: party-lists
  persistentVolumeClaim:
    claimName: {{ .Values.lists.claim | quote }}
{{- end }}
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* The pod of a task that ends. `root` is the chart's context, `task` its name, `user` the values with saslUsername and
saslPassword, `steps` what runs one after another: name, command and args. Only a step with `writes` may write lists. */ -}}
{{- define "tidewaiter.taskPod" -}}
{{- $root := .root }}
{{- $user := .user }}
{{- $resources := .resources }}
{{- $secrets := deepCopy $root.Values.secrets }}
{{- if $user.saslPassword.name }}{{ $_ := set $secrets "saslPassword" $user.saslPassword }}{{ end }}
{{- if $user.certificate.name }}{{ $_ := set $secrets "certificate" $user.certificate }}{{ end }}
{{- $sources := include "tidewaiter.secretSources" (dict "Values" (dict "secrets" $secrets)) | trim }}
{{- $euToken := dict }}
{{- if and (eq .task "lists") $root.Values.lists.euToken.name }}{{ $euToken = $root.Values.lists.euToken }}{{ end }}
restartPolicy: Never
# A hook runs before the chart's own account is there; neither needs the API of Kubernetes.
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $number, $step := .steps }}
{{- $last := eq (add1 $number) (len $.steps) }}
{{- if and (eq $number 0) (not $last) }}
initContainers:
{{- else if $last }}
containers:
{{- end }}
  - name: {{ $step.name }}
    image: {{ include "tidewaiter.image" $root | quote }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    {{- with $step.command }}
    command: {{ toJson . }}
    {{- end }}
    args: {{ toJson $step.args }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    env:
      {{- include "tidewaiter.settingsEnv" (dict "root" $root "username" $user.saslUsername "secrets" $secrets) | trim | nindent 6 }}
    resources:
      {{- toYaml $resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- if or $sources $euToken.name }}
      - name: secrets
        mountPath: /run/secrets
        readOnly: true
      {{- end }}
      {{- $mounts := include "tidewaiter.mounts" $root | trim }}
      {{- if $step.writes }}{{ $mounts = $mounts | replace "mountPath: /var/lib/tidewaiter-lists\n  readOnly: true" "mountPath: /var/lib/tidewaiter-lists" }}{{ end }}
      {{- with $mounts }}
      {{- . | nindent 6 }}
      {{- end }}
{{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 256Mi
  {{- if or $sources $euToken.name }}
  - name: secrets
    projected:
      defaultMode: 0440
      sources:
        {{- with $sources }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- if $euToken.name }}
        - secret: {name: {{ $euToken.name | quote }}, items: [{key: {{ $euToken.key | quote }}, path: tidewaiter_lists_eu_token}]}
        {{- end }}
  {{- end }}
  {{- with include "tidewaiter.volumes" $root | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end }}

{{- /* The pod that fetches the lists, builds a rule book from them and publishes it. */ -}}
{{- define "tidewaiter.listsPod" -}}
{{- /* 3: some lists failed. Their last good editions stay, and the alert on their age tells; the others go on. */ -}}
{{- $sync := "import subprocess, sys; code = subprocess.call(['tidewaiter', 'lists', 'sync', *sys.argv[1:]]); sys.exit(0 if code == 3 else code)" }}
{{- $steps := list (dict "name" "sync" "command" (list "python" "-c" $sync) "args" .Values.lists.publishers "writes" true) }}
{{- if .Values.lists.publish }}
{{- $steps = append $steps (dict "name" "build" "args" (list "rulebook" "build" "--output" "/tmp/synced.rulebook")) }}
{{- $steps = append $steps (dict "name" "publish" "args" (list "rulebook" "publish" "/tmp/synced.rulebook")) }}
{{- end }}
{{- include "tidewaiter.taskPod" (dict "root" . "task" "lists" "user" .Values.lists "steps" $steps "resources" .Values.lists.resources) }}
{{- end }}

{{- /* The pod of a process. `root` is the chart's context, `command` the command of the service, `selector` the name of
its labels, `resources` what it may take. */ -}}
{{- define "tidewaiter.pod" -}}
{{- $root := .root }}
{{- $selector := .selector }}
{{- $sources := include "tidewaiter.secretSources" $root | trim }}
serviceAccountName: {{ include "tidewaiter.name" $root }}
automountServiceAccountToken: false
# Kubernetes would add TIDEWAITER_* variables for a Service of that name.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ add 10 (ceil $root.Values.settings.stop_seconds) }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- if $root.Values.topologySpreadConstraints }}
  {{- toYaml $root.Values.topologySpreadConstraints | nindent 2 }}
  {{- else }}
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include $selector $root | nindent 8 }}
  {{- end }}
  {{- end }}
containers:
  - name: tidewaiter
    image: {{ include "tidewaiter.image" $root | quote }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    args: [{{ .command }}]
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    env:
      - name: TIDEWAITER_INSTANCE_ID
        valueFrom:
          fieldRef:
            fieldPath: metadata.name
      - name: TIDEWAITER_WEB_PORT
        value: "8080"
      {{- include "tidewaiter.settingsEnv" (dict "root" $root) | trim | nindent 6 }}
    ports:
      - name: web
        containerPort: 8080
    # The page is there once the rule book is loaded and the topics were found.
    startupProbe:
      httpGet: {path: /livez, port: web}
      periodSeconds: 3
      timeoutSeconds: 3
      failureThreshold: {{ max 1 (div (int $root.Values.startupSeconds) 3) }}
    livenessProbe:
      httpGet: {path: /livez, port: web}
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 3
    readinessProbe:
      httpGet: {path: /readyz, port: web}
      periodSeconds: 3
      timeoutSeconds: 3
      failureThreshold: 2
    resources:
      {{- toYaml .resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- if $sources }}
      - name: secrets
        mountPath: /run/secrets
        readOnly: true
      {{- end }}
      {{- with include "tidewaiter.mounts" $root | trim }}
      {{- . | nindent 6 }}
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  {{- if $sources }}
  - name: secrets
    projected:
      defaultMode: 0440
      sources:
        {{- $sources | nindent 8 }}
  {{- end }}
  {{- with include "tidewaiter.volumes" $root | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end }}
