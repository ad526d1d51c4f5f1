{{/* The pod of a role. Call with (dict "root" $ "role" $role "values" $values). */}}
{{- define "backfill.podSpec" -}}
{{- $root := .root -}}
{{- $v := .root.Values -}}
{{- $role := .values -}}
{{- $fullname := include "backfill.fullname" .root -}}
{{- $makesJobs := and $v.offload.enabled (eq .role (include "backfill.sendingRole" .root)) -}}
serviceAccountName: {{ include "backfill.serviceAccountName" (dict "root" .root "role" .role) }}
automountServiceAccountToken: {{ eq "true" (include "backfill.needsToken" (dict "root" .root "role" .role)) }}
# Otherwise Kubernetes sets BACKFILL_PORT for a Service named backfill, which the gateway rejects as an unknown setting.
enableServiceLinks: false
{{- with $v.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext: {{- include "backfill.podSecurityContext" (dict "root" .root "values" $role) | nindent 2 }}
terminationGracePeriodSeconds: {{ include "backfill.terminationGracePeriodSeconds" $role }}
{{- with $role.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $role.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  {{- $spread := deepCopy . }}
  {{- if not $spread.labelSelector }}
  {{- $_ := set $spread "labelSelector" (dict "matchLabels" (include "backfill.selectorLabels" (dict "root" $root "component" $.role) | fromYaml)) }}
  {{- end }}
  - {{- toYaml $spread | nindent 4 }}
  {{- end }}
{{- end }}
{{- with $role.initContainers }}
initContainers: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: gateway
    image: {{ include "backfill.image" (dict "root" .root "image" $role.image) | quote }}
    imagePullPolicy: {{ $role.image.pullPolicy }}
    env:
      - name: BACKFILL_ROLE
        value: {{ .role }}
      # Unique, and shown to operators as the node's name.
      - name: BACKFILL_NODE
        valueFrom: { fieldRef: { fieldPath: metadata.name } }
      - name: BACKFILL_SHUTDOWN_GRACE
        value: {{ printf "%ds" (int $role.shutdownGraceSeconds) | quote }}
      - name: BACKFILL_BIND_ADDRESS
        value: 0.0.0.0
      - name: BACKFILL_MANAGEMENT_BIND_ADDRESS
        value: 0.0.0.0
      - name: BACKFILL_HTTP_PORT
        value: "8080"
      - name: BACKFILL_MANAGEMENT_PORT
        value: "9990"
      - name: BACKFILL_DATA_DIR
        value: /var/lib/backfill
      - name: BACKFILL_JAVA_OPTS
        value: {{ printf "-Xms%s -Xmx%s %s %s %s" $role.heap $role.heap (include "backfill.trustFlag" .root) (include "backfill.proxyFlags" .root) $role.javaOpts | trim | quote }}
      {{- if ne $v.profile "local" }}
      - name: BACKFILL_DB_URL
        valueFrom: { secretKeyRef: { name: {{ $v.database.existingSecret }}, key: {{ $v.database.urlKey }} } }
      {{- with $v.database.directUrlKey }}
      - name: BACKFILL_DB_DIRECT_URL
        valueFrom: { secretKeyRef: { name: {{ $v.database.existingSecret }}, key: {{ . }} } }
      {{- end }}
      - name: BACKFILL_DB_USER
        valueFrom: { secretKeyRef: { name: {{ $v.database.existingSecret }}, key: {{ $v.database.userKey }} } }
      - name: BACKFILL_DB_PASSWORD
        valueFrom: { secretKeyRef: { name: {{ $v.database.existingSecret }}, key: {{ $v.database.passwordKey }} } }
      {{- end }}
      {{- if eq $v.profile "cluster" }}
      - name: BACKFILL_REDIS_URL
        valueFrom: { secretKeyRef: { name: {{ $v.redis.existingSecret }}, key: {{ $v.redis.urlKey }} } }
      {{- with $v.s3.existingSecret }}
      - name: AWS_ACCESS_KEY_ID
        valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $v.s3.accessKeyIdKey }} } }
      - name: AWS_SECRET_ACCESS_KEY
        valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $v.s3.secretAccessKeyKey }} } }
      {{- end }}
      {{- end }}
      {{- if and (eq $v.profile "cluster") (not (hasKey $v.settings "backfill.s3.spool-bytes")) }}
      # Half of the volume. A process sees only the free space of the node's disk, not the size limit of the emptyDir.
      - name: BACKFILL_S3_SPOOL_BYTES
        value: {{ div (include "backfill.bytes" $role.dataSizeLimit | int64) 2 | quote }}
      {{- end }}
      {{- with include "backfill.proxyEnv" .root | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with $role.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    envFrom:
      - configMapRef: { name: {{ $fullname }}-settings }
      {{- if $makesJobs }}
      - configMapRef: { name: {{ $fullname }}-offload }
      {{- end }}
      {{- with $role.extraEnvFrom }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - { name: http, containerPort: 8080, protocol: TCP }
      - { name: admin, containerPort: 9990, protocol: TCP }
    startupProbe:
      httpGet: { path: /health/started, port: admin }
      {{- toYaml $role.startupProbe | nindent 6 }}
    livenessProbe:
      httpGet: { path: /health/live, port: admin }
      {{- toYaml $role.livenessProbe | nindent 6 }}
    readinessProbe:
      httpGet: { path: /health/ready, port: admin }
      {{- toYaml $role.readinessProbe | nindent 6 }}
    lifecycle:
      {{- if $role.lifecycle }}
      {{- toYaml $role.lifecycle | nindent 6 }}
      {{- else }}
      preStop: { sleep: { seconds: {{ int $role.preStopSeconds }} } }
      {{- end }}
    resources: {{- toYaml $role.resources | nindent 6 }}
    securityContext: {{- toYaml $role.securityContext | nindent 6 }}
    volumeMounts:
      - { name: data, mountPath: /var/lib/backfill }
      - { name: tmp, mountPath: /tmp }
      - { name: models, mountPath: /etc/backfill/models, readOnly: true }
      {{- if eq $v.profile "single" }}
      - { name: files, mountPath: /var/lib/backfill-files }
      {{- end }}
      {{- if $v.headers.existingSecret }}
      - { name: header-key, mountPath: /etc/backfill/header-key, readOnly: true }
      {{- end }}
      {{- if and $v.tracing.endpoint $v.tracing.headers.existingSecret }}
      - { name: tracing-headers, mountPath: /etc/backfill/tracing, readOnly: true }
      {{- end }}
      {{- if include "backfill.metricsToken" .root }}
      - { name: metrics-token, mountPath: /etc/backfill/metrics-token, readOnly: true }
      {{- end }}
      {{- if eq $v.auth.mode "api-keys" }}
      - { name: api-keys, mountPath: /etc/backfill/api-keys, readOnly: true }
      {{- end }}
      {{- range $v.models.existingSecrets }}
      - { name: {{ printf "model-%s" . | trunc 63 | trimSuffix "-" }}, mountPath: /etc/backfill/model-secrets/{{ . }}, readOnly: true }
      {{- end }}
      {{- if $v.trustedCA.existingConfigMap }}
      - { name: trust, mountPath: /etc/backfill/trust, readOnly: true }
      {{- end }}
      {{- if $makesJobs }}
      - { name: pod-template, mountPath: /etc/backfill/pod-template, readOnly: true }
      {{- end }}
      {{- with $role.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  {{- with $role.sidecars }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  {{- if eq $v.profile "local" }}
  - { name: data, persistentVolumeClaim: { claimName: {{ include "backfill.claimName" .root }} } }
  {{- else }}
  - { name: data, emptyDir: { sizeLimit: {{ $role.dataSizeLimit }} } }
  {{- end }}
  - { name: tmp, emptyDir: { sizeLimit: {{ $role.tmpSizeLimit }} } }
  # 288 is 0440: readable by group 0, to which every pod of this image belongs.
  # Mounted as folders, never by subPath, so that edits and rotated keys become visible without a restart.
  - { name: models, configMap: { name: {{ include "backfill.modelsConfigMap" .root }} } }
  {{- if eq $v.profile "single" }}
  - { name: files, persistentVolumeClaim: { claimName: {{ include "backfill.claimName" .root }} } }
  {{- end }}
  {{- with $v.headers.existingSecret }}
  - { name: header-key, secret: { secretName: {{ . }}, defaultMode: 288, items: [{ key: {{ $v.headers.key }}, path: headers.key }] } }
  {{- end }}
  {{- if and $v.tracing.endpoint $v.tracing.headers.existingSecret }}
  - { name: tracing-headers, secret: { secretName: {{ $v.tracing.headers.existingSecret }}, defaultMode: 288, items: [{ key: {{ $v.tracing.headers.key }}, path: headers }] } }
  {{- end }}
  {{- if include "backfill.metricsToken" .root }}
  - { name: metrics-token, secret: { secretName: {{ $v.monitoring.metricsToken.existingSecret }}, defaultMode: 288, items: [{ key: {{ $v.monitoring.metricsToken.key }}, path: token }] } }
  {{- end }}
  {{- if eq $v.auth.mode "api-keys" }}
  - { name: api-keys, secret: { secretName: {{ $v.auth.apiKeys.existingSecret }}, defaultMode: 288, items: [{ key: {{ $v.auth.apiKeys.key }}, path: api-keys }] } }
  {{- end }}
  {{- range $v.models.existingSecrets }}
  - { name: {{ printf "model-%s" . | trunc 63 | trimSuffix "-" }}, secret: { secretName: {{ . }}, defaultMode: 288 } }
  {{- end }}
  {{- with $v.trustedCA.existingConfigMap }}
  - { name: trust, configMap: { name: {{ . }} } }
  {{- end }}
  {{- if $makesJobs }}
  - { name: pod-template, configMap: { name: {{ $fullname }}-pod-template } }
  {{- end }}
  {{- with $role.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
