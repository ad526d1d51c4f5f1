{{- define "backfill.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 36 | trimSuffix "-" -}}
{{- end -}}

{{/* 36 characters at most: a role, a ReplicaSet's hash and a pod's suffix still fit into a DNS label. */}}
{{- define "backfill.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 36 | trimSuffix "-" -}}
{{- else if contains (include "backfill.name" .) .Release.Name -}}
{{- .Release.Name | trunc 36 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "backfill.name" .) | trunc 36 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The enabled roles, as {"roles": [...]}. */}}
{{- define "backfill.roles" -}}
{{- $roles := list -}}
{{- range $role := list "api" "processor" "all" -}}
{{- if (index $.Values $role).enabled }}{{ $roles = append $roles $role }}{{ end -}}
{{- end -}}
{{- dict "roles" $roles | toJson -}}
{{- end -}}

{{/* The role that answers the API: "api" or "all". */}}
{{- define "backfill.apiRole" -}}
{{- ternary "all" "api" .Values.all.enabled -}}
{{- end -}}

{{/* The role that sends: "processor" or "all". */}}
{{- define "backfill.sendingRole" -}}
{{- ternary "all" "processor" .Values.all.enabled -}}
{{- end -}}

{{/* common, with what the role says otherwise. Call with (dict "root" $ "role" $role). */}}
{{- define "backfill.role" -}}
{{- mergeOverwrite (deepCopy .root.Values.common) (deepCopy (index .root.Values .role)) | toJson -}}
{{- end -}}

{{/* Call with (dict "root" $ "component" "api"). */}}
{{- define "backfill.selectorLabels" -}}
app.kubernetes.io/name: {{ include "backfill.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* The chart's own labels win over commonLabels: selectors depend on them. */}}
{{- define "backfill.labels" -}}
{{- $own := include "backfill.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" (.root.Chart.AppVersion | toString) -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "backfill" -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.commonLabels) $own) -}}
{{- end -}}

{{/* Call with (dict "root" $ "image" $image). */}}
{{- define "backfill.image" -}}
{{- $name := .image.repository -}}
{{- if .image.registry }}{{ $name = printf "%s/%s" .image.registry .image.repository }}{{ end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .root.Chart.AppVersion .image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Call with (dict "root" $ "role" $role). */}}
{{- define "backfill.serviceAccountName" -}}
{{- $values := include "backfill.role" . | fromJson -}}
{{- if $values.serviceAccount.name -}}
{{- $values.serviceAccount.name -}}
{{- else if $values.serviceAccount.create -}}
{{- printf "%s-%s" (include "backfill.fullname" .root) .role -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{/* "true" for the role that makes Jobs, and for the one that reviews tokens. Nobody else talks to the Kubernetes API. */}}
{{- define "backfill.needsToken" -}}
{{- if and .root.Values.offload.enabled (eq .role (include "backfill.sendingRole" .root)) -}}
true
{{- else if and (eq .root.Values.auth.mode "kubernetes") (eq .role (include "backfill.apiRole" .root)) -}}
true
{{- end -}}
{{- end -}}

{{/* helm lint knows no namespace. */}}
{{- define "backfill.jobsNamespace" -}}
{{- default (printf "%s-jobs" (default "default" .Release.Namespace)) .Values.offload.namespace -}}
{{- end -}}

{{- define "backfill.offloadInstance" -}}
{{- default .Release.Name .Values.offload.instance -}}
{{- end -}}

{{- define "backfill.claimName" -}}
{{- default (printf "%s-files" (include "backfill.fullname" .)) .Values.persistence.existingClaim -}}
{{- end -}}

{{- define "backfill.modelsConfigMap" -}}
{{- default (printf "%s-models" (include "backfill.fullname" .)) .Values.models.existingConfigMap -}}
{{- end -}}

{{/* The variable of a key, by the rule of MicroProfile Config. */}}
{{- define "backfill.variable" -}}
{{- regexReplaceAll "[^a-zA-Z0-9]" . "_" | upper -}}
{{- end -}}

{{/* A value as text: whole numbers without an exponent. */}}
{{- define "backfill.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq . (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* Sum of what happens between SIGTERM's announcement and the end; 5 s are the server's own, 10 s room. */}}
{{- define "backfill.terminationGracePeriodSeconds" -}}
{{- $least := add (int .preStopSeconds) (int .shutdownGraceSeconds) 15 -}}
{{- if .terminationGracePeriodSeconds }}{{ int .terminationGracePeriodSeconds }}{{ else }}{{ $least }}{{ end -}}
{{- end -}}

{{/* Rules of a NetworkPolicy's egress: one entry of networkPolicy.egress. */}}
{{- define "backfill.egressRule" -}}
- ports:
  {{- range .ports }}
    - { protocol: TCP, port: {{ int . }} }
  {{- end }}
  {{- with .to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "backfill.egressDns" -}}
- ports:
  {{- range .ports }}
    - { protocol: UDP, port: {{ int . }} }
    - { protocol: TCP, port: {{ int . }} }
  {{- end }}
  {{- with .to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
