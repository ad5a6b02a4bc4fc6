# Version: 2.5.0
{{- /*
The Job of one session, with the least rights that work. What a tenant decides stands in "tenantry.data".

Two laws keep what people type from changing what this means: a text is written by quote, in one line, and whatever
has keys or items of theirs is first collected and then written whole. What we decide is collected last, and wins.
What comes of toYaml is no such text: it is broken at column 80, and empty where a control character is in it.
*/}}
{{- define "tenantry.value" }}
  {{- if kindIs "map" . -}}
    { {{- range $key, $value := . }}{{ quote $key }}: {{ include "tenantry.value" $value }}, {{ end -}} }
  {{- else if kindIs "slice" . -}}
    [ {{- range . }}{{ include "tenantry.value" . }}, {{ end -}} ]
  {{- else if kindIs "string" . }}{{ quote . }}{{ else }}{{ toYaml . }}{{ end }}
{{- end }}
{{- $data := include "tenantry.data" nil | mustFromJson }}
{{- $settings := $data.job | default dict }}
{{- $pod := $data.pod | default dict }}
{{- $metadata := .Job.metadata | default dict }}
{{- $jobMetadata := $metadata.job | default dict }}
{{- $podMetadata := $metadata.pod | default dict }}

{{- /* Through these a pod gets an identity, or gets rid of what guards it: no job may set them for itself. */}}
{{- $reserved := list "iam.amazonaws.com" "eks.amazonaws.com" "iam.gke.io" "azure.workload.identity" "aadpodidbinding"
  "vault.hashicorp.com" "sidecar.istio.io" "traffic.sidecar.istio.io" "inject.istio.io" "istio.io" "linkerd.io"
  "config.linkerd.io" "container.apparmor.security.beta.kubernetes.io" "container.seccomp.security.alpha.kubernetes.io"
  "seccomp.security.alpha.kubernetes.io" "kueue.x-k8s.io" "tenantry.dev" }}

{{- $annotations := dict }}
{{- range $key, $value := $jobMetadata.annotations }}
  {{- if not (has (splitList "/" $key | first) $reserved) }}{{ $_ := set $annotations $key $value }}{{ end }}
{{- end }}
{{- $annotations = mergeOverwrite $annotations ($settings.annotations | default dict) }}

{{- $labels := dict }}
{{- range $key, $value := $jobMetadata.labels }}
  {{- if not (has (splitList "/" $key | first) $reserved) }}{{ $_ := set $labels $key $value }}{{ end }}
{{- end }}
{{- $labels = mergeOverwrite $labels ($settings.labels | default dict) }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" "launcher" }}
{{- if .Job.instanceId }}{{ $_ := set $labels "launcher-instance-id" .Job.instanceId }}{{ end }}

{{- $podAnnotations := dict }}
{{- range $key, $value := $podMetadata.annotations }}
  {{- if not (has (splitList "/" $key | first) $reserved) }}{{ $_ := set $podAnnotations $key $value }}{{ end }}
{{- end }}
{{- $podAnnotations = mergeOverwrite $podAnnotations ($pod.annotations | default dict) }}
{{- /* There is no stdin among them: it holds the session's environment, and whoever sees a pod sees its annotations. */}}
{{- $_ := set $podAnnotations "user" .Job.user }}
{{- $_ := set $podAnnotations "name" .Job.name }}
{{- $_ := set $podAnnotations "service_ports" .Job.servicePortsJson }}
{{- if .Job.metadata }}{{ $_ := set $podAnnotations "user_metadata" (toJson .Job.metadata) }}{{ end }}
{{- range $index, $tag := .Job.tags }}{{ $_ := set $podAnnotations (printf "USER_TAG_%d" $index) $tag }}{{ end }}

{{- $podLabels := dict }}
{{- range $key, $value := $podMetadata.labels }}
  {{- if not (has (splitList "/" $key | first) $reserved) }}{{ $_ := set $podLabels $key $value }}{{ end }}
{{- end }}
{{- $podLabels = mergeOverwrite $podLabels ($pod.labels | default dict) }}
{{- /* On the pod too, so that a NetworkPolicy can select it. */}}
{{- $_ := set $podLabels "app.kubernetes.io/managed-by" "launcher" }}
{{- if .Job.instanceId }}{{ $_ := set $podLabels "launcher-instance-id" .Job.instanceId }}{{ end }}

{{- /* A host is asked for by its label: a nodeName would pass the scheduler by, and with it taints and quotas of nodes. */}}
{{- $nodeSelector := dict }}
{{- range .Job.placementConstraints }}{{ $_ := set $nodeSelector .name .value }}{{ end }}
{{- if .Job.host }}{{ $_ := set $nodeSelector "kubernetes.io/hostname" .Job.host }}{{ end }}
{{- $nodeSelector = mergeOverwrite $nodeSelector ($pod.nodeSelector | default dict) }}

{{- /* Only an account that the tenant lets people choose; any other name, and none, is the session's own. */}}
{{- $account := $pod.serviceAccountName | default "default" }}
{{- if has .Job.serviceAccountName ($pod.selectableServiceAccounts | default list) }}
  {{- $account = .Job.serviceAccountName }}
{{- end }}

{{- $securityContext := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") }}
{{- with .Job.container.runAsUserId }}{{ $_ := set $securityContext "runAsUser" . }}{{ end }}
{{- with .Job.container.runAsGroupId }}{{ $_ := set $securityContext "runAsGroup" . }}{{ end }}
{{- with .Job.container.supplementalGroupIds }}{{ $_ := set $securityContext "supplementalGroups" . }}{{ end }}
{{- $securityContext = mergeOverwrite $securityContext ($pod.securityContext | default dict) }}

{{- /* Of the capabilities that a job asks for it gets those that the tenant allows; what it drops is dropped anyway. */}}
{{- $capabilities := dict "drop" (list "ALL") }}
{{- $added := list }}
{{- range .Job.container.capabilitiesAdd }}
  {{- if has . ($pod.capabilities | default list) }}{{ $added = append $added . }}{{ end }}
{{- end }}
{{- if $added }}{{ $_ := set $capabilities "add" $added }}{{ end }}
{{- $confined := dict "allowPrivilegeEscalation" false "capabilities" (dict "drop" (list "ALL")) }}
{{- $confined = mergeOverwrite $confined ($pod.containerSecurityContext | default dict) }}
{{- $confinedSession := dict "allowPrivilegeEscalation" false "capabilities" $capabilities }}
{{- $confinedSession = mergeOverwrite $confinedSession ($pod.containerSecurityContext | default dict) }}

{{- /* What a job does not say is the tenant's default. Half a pair stands for the whole: a request is never above its limit. */}}
{{- $defaults := $pod.resources | default dict }}
{{- $defaultRequests := mergeOverwrite (dict "cpu" "100m" "memory" "256M") ($defaults.requests | default dict) }}
{{- $defaultLimits := mergeOverwrite (dict "cpu" "1" "memory" "2G") ($defaults.limits | default dict) }}
{{- $asked := dict }}
{{- range .Job.resourceLimits }}
  {{- if ne (float64 .value) 0.0 }}{{ $_ := set $asked .type (float64 .value | toJson) }}{{ end }}
{{- end }}
{{- $requests := mergeOverwrite dict $defaultRequests }}
{{- $limits := mergeOverwrite dict $defaultLimits }}
{{- $cpuLimit := get $asked "cpuCount" | default (get $asked "CPU Request") }}
{{- $cpuRequest := get $asked "CPU Request" | default $cpuLimit }}
{{- if $cpuLimit }}{{ $_ := set $limits "cpu" $cpuLimit }}{{ $_ := set $requests "cpu" $cpuRequest }}{{ end }}
{{- $memoryLimit := get $asked "memory" | default (get $asked "Memory Request") }}
{{- $memoryRequest := get $asked "Memory Request" | default $memoryLimit }}
{{- if $memoryLimit }}
  {{- $_ := set $limits "memory" (printf "%sM" $memoryLimit) }}
  {{- $_ := set $requests "memory" (printf "%sM" $memoryRequest) }}
{{- end }}
{{- with get $asked "NVIDIA GPUs" }}{{ $_ := set $limits "nvidia.com/gpu" . }}{{ end }}
{{- with get $asked "AMD GPUs" }}{{ $_ := set $limits "amd.com/gpu" . }}{{ end }}

{{- $environment := list }}
{{- range .Job.environment }}
  {{- $environment = append $environment (dict "name" .name "value" (.value | default "" | toString)) }}
{{- end }}
{{- range .Job.config }}
  {{- $parts := splitList ":" .value }}
  {{- if and (eq .name "secret") (eq (len $parts) 3) }}
    {{- $reference := dict "name" (index $parts 0) "key" (index $parts 1) }}
    {{- $environment = append $environment (dict "name" (index $parts 2) "valueFrom" (dict "secretKeyRef" $reference)) }}
  {{- end }}
{{- end }}
{{- $environment = concat $environment ($pod.env | default list) }}
{{- $volumes := concat (.Job.volumes | default list) ($pod.volumes | default list) }}
{{- $volumeMounts := concat (.Job.volumeMounts | default list) ($pod.volumeMounts | default list) }}

{{- $initContainers := list }}
{{- range .Job.initContainers }}
  {{- $container := dict "name" .name "image" .image }}
  {{- if .command }}
    {{- $_ := set $container "command" (list "/bin/sh") }}
    {{- $_ := set $container "args" (list "-c" (concat (list .command) (.args | default list) | join " ")) }}
  {{- else }}
    {{- if .exe }}{{ $_ := set $container "command" (list .exe) }}{{ end }}
    {{- if .args }}{{ $_ := set $container "args" .args }}{{ end }}
  {{- end }}
  {{- if .environment }}{{ $_ := set $container "env" .environment }}{{ end }}
  {{- if .mounts }}{{ $_ := set $container "volumeMounts" .mounts }}{{ end }}
  {{- $initContainers = append $initContainers $container }}
{{- end }}
{{- /* These come whole from whoever submits the job: what they do is theirs, what they may do is not. */}}
{{- range $given := $podMetadata.initContainers }}
  {{- $container := dict }}
  {{- range $key := list "name" "image" "imagePullPolicy" "command" "args" "workingDir" "env" "volumeMounts" }}
    {{- if hasKey $given $key }}{{ $_ := set $container $key (get $given $key) }}{{ end }}
  {{- end }}
  {{- $initContainers = append $initContainers $container }}
{{- end }}
{{- range $container := $initContainers }}
  {{- $_ := set $container "securityContext" $confined }}
  {{- $_ := set $container "resources" (dict "requests" $defaultRequests "limits" $defaultLimits) }}
{{- end }}
apiVersion: batch/v1
kind: Job
metadata:
  generateName: {{ quote .Job.generateName }}
  labels:
    {{- range $key, $value := $labels }}
    {{ quote $key }}: {{ quote $value | default "''" }}
    {{- end }}
  {{- if $annotations }}
  annotations:
    {{- range $key, $value := $annotations }}
    {{ quote $key }}: {{ quote $value | default "''" }}
    {{- end }}
  {{- end }}
spec:
  backoffLimit: 0
  ttlSecondsAfterFinished: {{ $settings.ttlSecondsAfterFinished | default 86400 | toYaml }}
  {{- with $settings.activeDeadlineSeconds }}
  activeDeadlineSeconds: {{ toYaml . }}
  {{- end }}
  template:
    metadata:
      generateName: {{ quote .Job.generateName }}
      labels:
        {{- range $key, $value := $podLabels }}
        {{ quote $key }}: {{ quote $value | default "''" }}
        {{- end }}
      annotations:
        {{- range $key, $value := $podAnnotations }}
        {{ quote $key }}: {{ quote $value | default "''" }}
        {{- end }}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ quote $account }}
      automountServiceAccountToken: {{ if $pod.automountServiceAccountToken }}true{{ else }}false{{ end }}
      enableServiceLinks: false
      shareProcessNamespace: {{ if .Job.shareProcessNamespace }}true{{ else }}false{{ end }}
      securityContext:
        {{- toYaml $securityContext | nindent 8 }}
      {{- with $nodeSelector }}
      nodeSelector:
        {{- range $key, $value := . }}
        {{ quote $key }}: {{ quote $value | default "''" }}
        {{- end }}
      {{- end }}
      {{- with $pod.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $pod.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $pod.priorityClassName }}
      priorityClassName: {{ quote . }}
      {{- end }}
      {{- with $pod.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $pod.hostAliases }}
      hostAliases:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $volumes }}
      volumes:
        {{- range . }}
        - {{ include "tenantry.value" . }}
        {{- end }}
      {{- end }}
      {{- with $initContainers }}
      initContainers:
        {{- range . }}
        - {{ include "tenantry.value" . }}
        {{- end }}
      {{- end }}
      containers:
        - name: rs-launcher-container
          image: {{ quote .Job.container.image }}
          {{- with $pod.imagePullPolicy }}
          imagePullPolicy: {{ quote . }}
          {{- end }}
          {{- if .Job.command }}
          command: ['/bin/sh']
          args: ['-c', {{ concat (list .Job.command) (.Job.args | default list) | join " " | quote }}]
          {{- else }}
          command: [{{ quote .Job.exe }}]
          {{- with .Job.args }}
          args:
            {{- range . }}
            - {{ quote . }}
            {{- end }}
          {{- end }}
          {{- end }}
          stdin: {{ if .Job.stdin }}true{{ else }}false{{ end }}
          stdinOnce: true
          {{- with .Job.workingDirectory }}
          workingDir: {{ quote . }}
          {{- end }}
          {{- with $environment }}
          env:
            {{- range . }}
            - {{ include "tenantry.value" . }}
            {{- end }}
          {{- end }}
          {{- $published := list }}
          {{- range .Job.exposedPorts }}
            {{- if .publishedPort }}{{ $published = append $published . }}{{ end }}
          {{- end }}
          {{- with $published }}
          ports:
            {{- range . }}
            - containerPort: {{ float64 .targetPort | toYaml }}
              protocol: {{ .protocol | default "TCP" | quote }}
              {{- if $pod.hostPorts }}
              hostPort: {{ float64 .publishedPort | toYaml }}
              {{- end }}
            {{- end }}
          {{- end }}
          securityContext:
            {{- toYaml $confinedSession | nindent 12 }}
          resources:
            requests:
              {{- range $key, $value := $requests }}
              {{ quote $key }}: {{ quote $value }}
              {{- end }}
            limits:
              {{- range $key, $value := $limits }}
              {{ quote $key }}: {{ quote $value }}
              {{- end }}
          {{- with $volumeMounts }}
          volumeMounts:
            {{- range . }}
            - {{ include "tenantry.value" . }}
            {{- end }}
          {{- end }}
