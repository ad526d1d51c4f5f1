{{/* Call with (dict "root" $ "component" "postgresql"). Differs from the gateway's selector, so that the gateway's network policies do not apply. */}}
{{- define "backfill.demoSelector" -}}
app.kubernetes.io/name: {{ include "backfill.name" .root }}-demo
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "backfill.demoLabels" -}}
{{ include "backfill.demoSelector" . }}
app.kubernetes.io/part-of: backfill-demo
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
backfill.io/not-for-production: "true"
{{- end -}}

{{- define "backfill.demoPod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  {{- with .user }}
  # The image would run as root by default.
  runAsUser: {{ . }}
  {{- end }}
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "backfill.demoContainerContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Call with (dict "root" $ "component" "postgresql" "port" 5432). */}}
{{- define "backfill.demoService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "backfill.fullname" .root }}-demo-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "backfill.demoLabels" . | nindent 4 }}
spec:
  ports: [{ name: main, port: {{ .port }}, targetPort: main }]
  selector: {{- include "backfill.demoSelector" . | nindent 4 }}
{{- end -}}
