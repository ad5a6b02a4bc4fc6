# Version: 2.5.0
{{- /*
The Service through which the launcher reaches one session. It obeys the laws that job.tpl states.
*/}}
{{- $data := include "tenantry.data" nil | mustFromJson }}
{{- $service := $data.service | default dict }}
{{- $metadata := .Job.metadata | default dict }}
{{- $own := $metadata.service | default dict }}

{{- $labels := mergeOverwrite dict ($own.labels | default dict) ($service.labels | default dict) }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" "launcher" }}
{{- $_ := set $labels "job-name" .Job.id }}
{{- if .Job.instanceId }}{{ $_ := set $labels "launcher-instance-id" .Job.instanceId }}{{ end }}

{{- /* A Service's annotations order load balancers and open doors, so only the tenant writes them. */}}
{{- $annotations := $service.annotations | default dict }}
apiVersion: v1
kind: Service
metadata:
  name: {{ quote .Job.serviceName }}
  labels:
    {{- range $key, $value := $labels }}
    {{ quote $key }}: {{ quote $value | default "''" }}
    {{- end }}
  {{- with $annotations }}
  annotations:
    {{- range $key, $value := . }}
    {{ quote $key }}: {{ quote $value | default "''" }}
    {{- end }}
  {{- end }}
spec:
  type: {{ $service.type | default "ClusterIP" | quote }}
  clusterIP: ''
  selector:
    job-name: {{ quote .Job.id }}
  ports:
    {{- $i := 0 }}
    {{- range .Job.exposedPorts }}
    {{- if not .publishedPort }}
    - name: {{ printf "port%d" $i | quote }}
      protocol: {{ .protocol | default "TCP" | quote }}
      port: {{ float64 .targetPort | toYaml }}
      targetPort: {{ float64 .targetPort | toYaml }}
      {{- $i = add $i 1 }}
    {{- end }}
    {{- end }}
