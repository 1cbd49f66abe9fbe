#!/usr/bin/env bash
# Downloads the release of qlite for this machine, refuses it when its sum is another, and puts it on the PATH of the
# steps that follow. Reads QLITE_VERSION, QLITE_ACTION_REF, QLITE_RELEASES and what the runner sets.
set -euo pipefail

fail() {
  echo "::error title=qlite::$*"
  exit 1
}

case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
  Linux-X64) name=qlite-linux-x64 ;;
  Linux-ARM64) name=qlite-linux-arm64 ;;
  macOS-X64) name=qlite-macos-x64 ;;
  macOS-ARM64) name=qlite-macos-arm64 ;;
  Windows-X64) name=qlite-windows-x64.exe ;;
  *) fail "there is no release for ${RUNNER_OS:-an unknown system} on ${RUNNER_ARCH:-an unknown processor}" ;;
esac
# Alpine and its kin have another C library.
if [[ $name == qlite-linux-* ]] && ldd --version 2>&1 | grep -qi musl; then name+=-musl; fi

version=${QLITE_VERSION:-}
if [[ -z $version && ${QLITE_ACTION_REF:-} =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; then version=$QLITE_ACTION_REF; fi
if [[ $version =~ ^[0-9] ]]; then version=v$version; fi
if [[ -n $version && ! $version =~ ^v[0-9A-Za-z.+-]+$ ]]; then fail "version is no release: wanted one such as v0.1.0"; fi
if [[ -z $version ]]; then from=$QLITE_RELEASES/latest/download; else from=$QLITE_RELEASES/download/$version; fi

folder=$RUNNER_TEMP/qlite
file=$folder/qlite
if [[ $name == *.exe ]]; then file+=.exe; fi
mkdir -p "$folder"

get() {
  curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$2" "$1" || fail "$1 cannot be had"
}
get "$from/SHA256SUMS" "$folder/SHA256SUMS"
get "$from/$name" "$file.part"

wanted=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1; exit }' "$folder/SHA256SUMS")
[[ $wanted =~ ^[0-9a-f]{64}$ ]] || fail "SHA256SUMS of ${version:-the latest release} has no line for $name"
if command -v sha256sum >/dev/null; then got=$(sha256sum <"$file.part"); else got=$(shasum -a 256 <"$file.part"); fi
got=${got%% *}
if [[ $got != "$wanted" ]]; then
  rm -f "$file.part"
  fail "$name has the sum $got, wanted $wanted"
fi
mv "$file.part" "$file"
chmod +x "$file"

echo "$folder" >>"$GITHUB_PATH"
echo "QLITE_BIN=$file" >>"$GITHUB_ENV"
{
  echo "path=$file"
  echo "url=$from/$name"
} >>"$GITHUB_OUTPUT"
echo "qlite ${version:-latest}: $file"
