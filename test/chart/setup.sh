#!/usr/bin/env bash
# npm run test:chart:setup: builds Helm and kubeconform, and makes the schemas that kubeconform compares with. All of it
# comes from the Go module proxy: the schemas from the modules of Kubernetes, the Gateway API and the Prometheus operator.
# Does nothing if it is there. Exit code 3: Go is missing, or something can't be fetched.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(bash test/lab/providers/name-build.sh chart test/chart/setup.sh test/chart/write-schemas.ts)

if [ -d "$target" ]; then
  echo "chart: Helm, kubeconform and the schemas are installed"
  exit 0
fi
command -v go > /dev/null || { echo 'chart: Go is not installed' >&2; exit 3; }

mkdir -p "$(dirname "$target")"
scratch=$(mktemp -d "$target-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# Prints the folder of a module.
fetch() {
  go mod download -json "$1" | node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8")).Dir' ||
    { echo "chart: $1 can't be fetched" >&2; exit 3; }
}

echo 'chart: building Helm and kubeconform; the first time this takes minutes'
# Unoptimized: to optimize them takes longer than all that the tests do with them.
export GOBIN=$scratch GOFLAGS=-buildvcs=false CGO_ENABLED=0
for program in helm.sh/helm/v4/cmd/helm@v4.3.2 github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0; do
  go install -gcflags='all=-N -l' -ldflags='-s -w' "$program" 2> "$scratch/go.log" ||
    { echo "chart: Go can't build $program:" >&2; tail -n 3 "$scratch/go.log" >&2; exit 3; }
done

echo 'chart: writing the schemas'
kubernetes=$(cd "$scratch" && fetch k8s.io/kubernetes@v1.37.2)
gateway_api=$(cd "$scratch" && fetch sigs.k8s.io/gateway-api@v1.6.3)
prometheus_operator=$(cd "$scratch" && fetch github.com/prometheus-operator/prometheus-operator@v0.85.0)
node --import=./test/strip-types.mjs test/chart/write-schemas.ts "$scratch/schemas" \
  "$kubernetes/api/openapi-spec/swagger.json" \
  "$gateway_api/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml" \
  "$prometheus_operator/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml" \
  "$prometheus_operator/example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"
mv "$scratch" "$target"
echo "chart: Helm, kubeconform and the schemas are installed"
