{{/* The pod template of a shard before offload.podTemplate is merged over it. */}}
{{- define "backfill.shardPod" -}}
{{- $worker := .Values.offload.worker -}}
metadata:
  labels:
    {{- toYaml (mergeOverwrite (deepCopy .Values.commonLabels) (deepCopy $worker.podLabels)) | nindent 4 }}
  annotations:
    {{- toYaml $worker.podAnnotations | nindent 4 }}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ int $worker.terminationGracePeriodSeconds }}
  {{- with $worker.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext: {{- toYaml .Values.common.podSecurityContext | nindent 4 }}
  {{- with $worker.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $worker.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $worker.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $worker.topologySpreadConstraints }}
  topologySpreadConstraints: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $worker.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $worker.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with $worker.schedulerName }}
  schedulerName: {{ . }}
  {{- end }}
  containers:
    - name: worker
      image: {{ include "backfill.image" (dict "root" . "image" $worker.image) | quote }}
      imagePullPolicy: {{ $worker.image.pullPolicy }}
      # Show the last lines of the log in the pod's status.
      terminationMessagePolicy: FallbackToLogsOnError
      resources: {{- toYaml $worker.resources | nindent 8 }}
      securityContext: {{- toYaml .Values.common.securityContext | nindent 8 }}
      {{- $flags := printf "%s %s" (include "backfill.trustFlag" .) (include "backfill.proxyFlags" .) | trim }}
      {{- $proxy := include "backfill.proxyEnv" . | trim }}
      {{- if or $flags $proxy }}
      env:
        {{- with $flags }}
        - name: JAVA_TOOL_OPTIONS
          value: {{ . | quote }}
        {{- end }}
        {{- with $proxy }}
        {{- . | nindent 8 }}
        {{- end }}
      {{- end }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if .Values.trustedCA.existingConfigMap }}
        - { name: trust, mountPath: /etc/backfill/trust, readOnly: true }
        {{- end }}
  volumes:
    {{- with .Values.trustedCA.existingConfigMap }}
    # A copy of the gateway's ConfigMap in the Jobs' namespace.
    - { name: trust, configMap: { name: {{ . }} } }
    {{- end }}
    - { name: tmp, emptyDir: { sizeLimit: {{ $worker.tmpSizeLimit }} } }
{{- end -}}
