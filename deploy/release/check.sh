#!/usr/bin/env bash
# check.sh vX.Y.Z: may this commit be released under that tag? Prints the version (X.Y.Z).
# Otherwise every objection with its fix on stderr, and exit code 1.
set -euo pipefail
cd "$(dirname "$0")/../.."

objections=0
object() {
  echo "release: $*" >&2
  objections=$((objections + 1))
}

# The version that a file names: the value of a top-level key of Chart.yaml, or of a path in a JSON file.
in_chart() { sed -n "s/^$1:[[:space:]]*[\"']\{0,1\}\([^\"'[:space:]]*\).*/\1/p" deploy/helm/step-up-gateway/Chart.yaml; }
in_json() { node -p "JSON.parse(fs.readFileSync('$1', 'utf8'))$2"; }

tag=${1:-}
if ! [[ $tag =~ ^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]]; then
  object "the tag is not vX.Y.Z: delete it, and let \`npm version\` make one"
  exit 1
fi
version=${tag#v}

agrees() {
  [ "$2" = "$version" ] || object "$1 says ${2:-nothing}, the tag $version: \`npm version $version\` writes all of them"
}
agrees 'version in package.json' "$(in_json package.json .version)"
agrees 'version in package-lock.json' "$(in_json package-lock.json .version)"
agrees 'the root package in package-lock.json' "$(in_json package-lock.json ".packages[''].version")"
agrees 'version in Chart.yaml' "$(in_chart version)"
agrees 'appVersion in Chart.yaml' "$(in_chart appVersion)"

grep -qE "^## \[${version//./\\.}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md ||
  object "CHANGELOG.md has no heading \`## [$version] - YYYY-MM-DD\`: \`npm version $version\` makes it of [Unreleased]"
bash deploy/release/notes.sh "$version" | grep -q '[^[:space:]]' ||
  object "CHANGELOG.md says nothing below [$version]: write what changes for its users"

changed=$(git status --porcelain)
[ -z "$changed" ] || object "not everything is committed; commit or remove: ${changed//$'\n'/, }"
[ "$(git rev-parse --quiet --verify "refs/tags/$tag^{commit}")" = "$(git rev-parse HEAD)" ] ||
  object "the tag $tag is not at this commit: \`git checkout $tag\`, or make the tag"

[ "$objections" -eq 0 ] || exit 1
echo "$version"
