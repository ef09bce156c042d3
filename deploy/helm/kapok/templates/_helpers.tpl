{{/* What the templates share: names, the facts of each part, its settings, and how every pod and container is made. */}}

{{- define "kapok.fullname" -}}
{{- contains "kapok" .Release.Name | ternary .Release.Name (printf "%s-kapok" .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "kapok.selector" -}}
app.kubernetes.io/name: kapok
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "kapok.matching" -}}{{ include "kapok.selector" . | fromYaml | toJson }}{{- end }}

{{- define "kapok.labels" -}}
{{ include "kapok.selector" . }}
app.kubernetes.io/part-of: kapok
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "kapok-%s" .root.Chart.Version }}
{{- end }}

{{/* name and labels of an object of .part; .suffix comes behind the name */}}
{{- define "kapok.metadata" -}}
name: {{ include "kapok.fullname" .root }}-{{ .part }}{{ .suffix }}
labels: {{- include "kapok.labels" . | nindent 2 }}
{{- end }}

{{/* Who listens where, asks whom and has what, as services/cell/wiring.py has it for a home. */}}
{{- define "kapok.parts" -}}
gateway:
  ports: {grpc: 7443, https: 7080}
  calls: [registry, permissions, streams, audit]
  files: {KAPOK_PERMISSIONS_PUBLIC_KEY: public/permissions.key}
registry:
  ports: {grpc: 7000}
  calls: [permissions]
  files: {KAPOK_CREDENTIALS_KEY: own/credentials.aes}
permissions:
  ports: {grpc: 7000}
  calls: [registry, streams]
  files:
    KAPOK_SIGNING_KEY: own/signing.ed25519
    KAPOK_GENESIS_FILE: own/genesis.bin
    KAPOK_ORGAN_KEYS: public/organs.json
streams:
  ports: {grpc: 7000}
  calls: [registry, permissions]
  files: {KAPOK_SIGNING_KEY: own/signing.ed25519, KAPOK_PERMISSIONS_PUBLIC_KEY: public/permissions.key}
audit:
  ports: {grpc: 7000}
  calls: [permissions]
  files: {KAPOK_SIGNING_KEY: own/signing.ed25519}
{{- end }}

{{- define "kapok.databases" -}}registry permissions streams audit{{- end }}
{{- define "kapok.relayPorts" -}}{rtsps: 8322, wss: 8443, grpc: 8444}{{- end }}
{{- define "kapok.mount" -}}/etc/kapok{{- end }}

{{/* The Secret of .name: the one that values name, else RELEASE-SUFFIX */}}
{{- define "kapok.secret" -}}
{{ .name | default (printf "%s-%s" (include "kapok.fullname" .root) .suffix) }}
{{- end }}

{{- define "kapok.tlsSecret" -}}
{{ include "kapok.secret" (dict "root" .root "name" (get .root.Values.tls .of) "suffix" (printf "%s-tls" .of)) }}
{{- end }}

{{- define "kapok.busUrl" -}}
{{- if .Values.nats.enabled }}tls://{{ include "kapok.fullname" . }}-nats:4222{{ else }}{{ .Values.nats.external.url }}{{ end }}
{{- end }}

{{/* The most relays that there may be: each needs its keys and its Service. */}}
{{- define "kapok.mostRelays" -}}
{{- .Values.relays.autoscaling.enabled | ternary .Values.relays.autoscaling.maxReplicas .Values.relays.replicas -}}
{{- end }}

{{/* Settings of values, callsPerS: 200, as variables, KAPOK_CALLS_PER_S: 200. Helm reads numbers as floats: 5e+08 */}}
{{- define "kapok.chosen" -}}
{{- range $name, $value := . }}
KAPOK_{{ $name | snakecase | upper }}: {{ eq (floor $value) $value | ternary (int64 $value) $value | toString | quote }}
{{- end }}
{{- end }}

{{/* The variables of the service .part, but for its database, which is a Secret's */}}
{{- define "kapok.settings" -}}
{{- $root := .root -}}{{- $mount := include "kapok.mount" . -}}{{- $own := get (include "kapok.parts" . | fromYaml) .part -}}
KAPOK_LISTEN: 0.0.0.0:{{ $own.ports.grpc }}
KAPOK_PROBE_LISTEN: 0.0.0.0:7001
KAPOK_METRICS_LISTEN: 0.0.0.0:9464
KAPOK_KEY_FILE: {{ $mount }}/own/identity.x25519
KAPOK_PEERS_FILE: {{ $mount }}/public/peers.json
KAPOK_TLS_CERTIFICATE_FILE: {{ $mount }}/services/tls.crt
KAPOK_TLS_PRIVATE_KEY_FILE: {{ $mount }}/services/tls.key
KAPOK_TLS_CA_FILE: {{ $mount }}/services/ca.crt
{{- range $own.calls }}
KAPOK_{{ upper . }}_ADDRESS: dns:///{{ include "kapok.fullname" $root }}-{{ . }}:7000
{{- end }}
{{- range $variable, $file := $own.files }}
{{ $variable }}: {{ $mount }}/{{ $file }}
{{- end }}
{{- if eq .part "gateway" }}
KAPOK_HTTP_LISTEN: 0.0.0.0:{{ $own.ports.https }}
KAPOK_AUDIENCE: {{ .root.Values.audience | quote }}
KAPOK_CERTIFICATE_FILE: {{ $mount }}/gateway/tls.crt
KAPOK_PRIVATE_KEY_FILE: {{ $mount }}/gateway/tls.key
KAPOK_CA_FILE: {{ $mount }}/gateway/agencies.crt
{{- else }}
KAPOK_MIGRATE: {{ not .root.Values.migrations.enabled | quote }}
{{- end }}
{{- if and (eq .part "registry") .root.Values.sourceNetworks }}
KAPOK_SOURCE_NETWORKS: {{ join "," .root.Values.sourceNetworks }}
{{- end }}
{{- with .root.Values.tracing.endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . }}
{{- end }}
{{- include "kapok.onBus" (dict "root" .root "seed" "/own/bus.nkey") }}
{{- include "kapok.chosen" (get .root.Values .part).settings }}
{{- end }}

{{/* Who has a seed of the bus, at .seed, and whom it believes to be the bus */}}
{{- define "kapok.onBus" }}
KAPOK_BUS_URL: {{ include "kapok.busUrl" .root }}
KAPOK_BUS_SEED: {{ include "kapok.mount" . }}{{ .seed }}
KAPOK_BUS_CA_FILE: {{ include "kapok.mount" . }}/bus/ca.crt
{{- end }}

{{- define "kapok.env" -}}
{{- range $name, $value := . }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{/* The database of the service .part: its URL is a Secret's, how the server proves itself is in libpq's variables. */}}
{{- define "kapok.databaseEnv" -}}
- name: KAPOK_DATABASE
  valueFrom: {secretKeyRef: {name: {{ include "kapok.secret" (dict "root" .root "name" (get .root.Values .part).secret "suffix" .part) }}, key: database}}
- {name: PGSSLMODE, value: {{ .root.Values.postgresql.sslMode }}}
- name: PGSSLROOTCERT # asyncpg knows no system of its own to ask
  value: {{ .root.Values.postgresql.caConfigMap | empty | not | ternary (printf "%s/postgresql/ca.crt" (include "kapok.mount" .)) "/etc/ssl/certs/ca-certificates.crt" }}
{{- end }}

{{/* Sources of the volume at /etc/kapok */}}
{{- define "kapok.busAuthority" -}}
- secret: {name: {{ include "kapok.tlsSecret" (dict "root" . "of" "nats") }}, items: [{key: ca.crt, path: bus/ca.crt}]}
{{- end }}

{{- define "kapok.postgresqlAuthority" -}}
{{- with .Values.postgresql.caConfigMap }}
- configMap: {name: {{ . }}, items: [{key: ca.crt, path: postgresql/ca.crt}]}
{{- end }}
{{- end }}

{{- define "kapok.files" -}}
{{- if . }}
- name: kapok
  projected:
    defaultMode: 0440
    sources: {{- . | nindent 6 }}
{{- end }}
- {name: tmp, emptyDir: {sizeLimit: 256Mi}}
{{- end }}

{{- define "kapok.mounts" -}}
- {name: kapok, mountPath: {{ include "kapok.mount" . }}, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{/* Pods of .part: nothing of Kubernetes' API is theirs, and no Service's address comes as a variable: one of a Service
named kapok-… would be a KAPOK_… that no service knows, which stops it. */}}
{{- define "kapok.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- range . }}
  - {name: {{ . }}}
{{- end }}
{{- end }}
{{- with .root.Values.pods }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* Replicas on nodes and in zones of their own where that can be had */}}
{{- define "kapok.spread" -}}
topologySpreadConstraints:
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {{ include "kapok.matching" $ }}}
{{- end }}
{{- end }}

{{- define "kapok.podMetadata" -}}
labels: {{- include "kapok.labels" . | nindent 2 }}
{{- with .root.Values.pods.labels }}{{- toYaml . | nindent 2 }}{{- end }}
annotations:
  kapok/public-keys: {{ .root.Values.keys | toJson | sha256sum | trunc 16 }} # other keys, other pods
{{- with .root.Values.pods.annotations }}{{- toYaml . | nindent 2 }}{{- end }}
{{- end }}

{{- define "kapok.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* A container that runs the module .module, with the arguments .arguments */}}
{{- define "kapok.container" -}}
image: {{ include "kapok.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ concat (list "-m" .module) (.arguments | default list) | toJson }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
terminationMessagePolicy: FallbackToLogsOnError
{{- end }}

{{/* Jobs and tests: little, and soon over */}}
{{- define "kapok.smallResources" -}}
resources:
  requests: {cpu: 100m, memory: 128Mi}
  limits: {memory: 256Mi}
{{- end }}
