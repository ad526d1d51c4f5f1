{{- define "backfill.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 36 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 36 characters, so that a role, the hash of a ReplicaSet and the suffix of a pod still fit into a DNS label. */}}
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

{{/* The role that sends calls to models: "processor" or "all". */}}
{{- define "backfill.sendingRole" -}}
{{- ternary "all" "processor" .Values.all.enabled -}}
{{- end -}}

{{/* The values of common, overridden by those of the role. Call with (dict "root" $ "role" $role). */}}
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

{{/* "true" for the role that creates Jobs and for the role that reviews tokens. No other pod calls the Kubernetes API. */}}
{{- define "backfill.needsToken" -}}
{{- if and .root.Values.offload.enabled (eq .role (include "backfill.sendingRole" .root)) -}}
true
{{- else if and (eq .root.Values.auth.mode "kubernetes") (eq .role (include "backfill.apiRole" .root)) -}}
true
{{- end -}}
{{- end -}}

{{/* The default covers helm lint, which has no namespace. */}}
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

{{/* The environment variable of a setting, by the rules of MicroProfile Config. */}}
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

{{/* Time from the preStop hook to the end, including 5 s for the server itself and 10 s in reserve. */}}
{{- define "backfill.terminationGracePeriodSeconds" -}}
{{- $least := add (int .preStopSeconds) (int .shutdownGraceSeconds) 15 -}}
{{- if .terminationGracePeriodSeconds }}{{ int .terminationGracePeriodSeconds }}{{ else }}{{ $least }}{{ end -}}
{{- end -}}

{{/* The egress rule of a NetworkPolicy for one entry of networkPolicy.egress. */}}
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

{{/* The number of bytes of a quantity such as 4Gi. */}}
{{- define "backfill.bytes" -}}
{{- $number := regexFind "^[0-9]+([.][0-9]+)?" . -}}
{{- $factors := dict "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- mulf (float64 $number) (float64 (default 1 (get $factors (trimPrefix $number .)))) | int64 -}}
{{- end -}}

{{/* "true" if all pods of a role share a volume that only one node may write at a time, so that the old pod must end before the new one starts. */}}
{{- define "backfill.oneAtATime" -}}
{{- if eq .Values.profile "local" -}}
true
{{- else if and (eq .Values.profile "single") (not (has "ReadWriteMany" .Values.persistence.accessModes)) -}}
true
{{- end -}}
{{- end -}}

{{/* The pod's security context, with a group for the volume of the files unless the cluster assigns one. Call with (dict "root" $ "values" $role). */}}
{{- define "backfill.podSecurityContext" -}}
{{- $security := deepCopy .values.podSecurityContext -}}
{{- $v := .root.Values -}}
{{- $assigned := .root.Capabilities.APIVersions.Has "security.openshift.io/v1" -}}
{{- if and (ne $v.profile "cluster") $v.persistence.fsGroup (not $assigned) (not (hasKey $security "fsGroup")) -}}
{{- $_ := set $security "fsGroup" (int64 $v.persistence.fsGroup) -}}
{{- $_ := set $security "fsGroupChangePolicy" "OnRootMismatch" -}}
{{- end -}}
{{- toYaml $security -}}
{{- end -}}

{{/* JVM flags of the proxy. A JVM ignores variables such as HTTPS_PROXY. */}}
{{- define "backfill.proxyFlags" -}}
{{- $flags := list -}}
{{- range $scheme := list "http" "https" -}}
  {{- with index $.Values.proxy $scheme -}}
    {{- $url := urlParse . -}}
    {{- if $url.userinfo }}{{ fail (printf "proxy.%s: user and password are not supported" $scheme) }}{{ end -}}
    {{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
    {{- $flags = append $flags (printf "-D%s.proxyHost=%s -D%s.proxyPort=%s" $scheme (regexReplaceAll ":[0-9]+$" $url.host "") $scheme (default (ternary "443" "80" (eq $url.scheme "https")) $port)) -}}
  {{- end -}}
{{- end -}}
{{- if and $flags .Values.proxy.noProxy -}}
  {{- $hosts := list "localhost" "127.*" "[::1]" -}}
  {{- range $entry := splitList "," .Values.proxy.noProxy -}}
    {{- $host := trim $entry -}}
    {{- if regexMatch "^[0-9.]+/(8|16|24|32)$" $host -}}
      {{- $octets := regexReplaceAll "/.*$" $host "" | splitList "." -}}
      {{- $kept := div (int (regexReplaceAll "^.*/" $host "")) 8 | int -}}
      {{- $host = ternary (join "." $octets) (printf "%s.*" (join "." (slice $octets 0 $kept))) (eq $kept 4) -}}
    {{- else if contains "/" $host -}}
      {{- fail (printf "proxy.noProxy: a JVM does not support ranges such as %s; use hosts, domains, or IPv4 ranges of /8, /16 or /24" $host) -}}
    {{- else if hasPrefix "." $host -}}
      {{- $host = printf "*%s" $host -}}
    {{- end -}}
    {{- if $host }}{{ $hosts = append $hosts $host }}{{ end -}}
  {{- end -}}
  {{- $flags = append $flags (printf "-Dhttp.nonProxyHosts=%s" (join "|" $hosts)) -}}
{{- end -}}
{{- join " " $flags -}}
{{- end -}}

{{- define "backfill.trustFlag" -}}
{{- if .Values.trustedCA.existingConfigMap }}-Djavax.net.ssl.trustStore=/etc/backfill/trust/{{ .Values.trustedCA.key }}{{ end -}}
{{- end -}}

{{/* Proxy variables, for clients that read them, such as the Kubernetes client. */}}
{{- define "backfill.proxyEnv" -}}
{{- with .Values.proxy.http }}
- name: HTTP_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.proxy.https }}
- name: HTTPS_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.proxy.noProxy }}
- name: NO_PROXY
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Annotations of an object of the hook before an uninstall. Called with its weight. */}}
{{- define "backfill.uninstallHook" -}}
helm.sh/hook: pre-delete
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{/* "true" if a monitor reads /metrics with a token. */}}
{{- define "backfill.metricsToken" -}}
{{- if or .Values.monitoring.serviceMonitor.enabled .Values.monitoring.podMonitor.enabled }}true{{ end }}
{{- end }}
