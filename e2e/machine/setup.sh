#!/usr/bin/env bash
# Readies a machine for the end-to-end tests: Debian packages and a test-only Electron. `npm test` runs it.
# Where everything is there it does nothing. Without root it prints the one command to run and fails.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

packages=(
  # a display, and what Electron and Chromium load
  xvfb xauth libgtk-3-0 libnss3 libasound2 libgbm1 libnotify4 fonts-noto-cjk chromium
  # a real keychain
  libsecret-1-0 gnome-keyring dbus dbus-x11
  # the clients of the tutorial
  curl git python3-websocket
  # tools of the tests themselves, and of packaging
  bubblewrap unzip xdotool xdg-utils desktop-file-utils procps libglib2.0-bin 7zip
)

if ! command -v dpkg-query >/dev/null; then
  printf 'The end-to-end tests run on Debian and its kin; this machine has no dpkg. They need: %s\n' "${packages[*]}" >&2
  exit 1
fi

# Newer releases renamed some libraries (libgtk-3-0t64). dpkg-query fails when it knows one of the names not at all.
installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "${packages[@]}" "${packages[@]/%/t64}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
  grep -qxE "ii +$package(t64)?" <<<"$installed" || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  install="apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    printf 'The end-to-end tests need Debian packages that are not installed. Run this once, then again what you ran:\n\n  sudo sh -c "%s"\n\n' "$install" >&2
    exit 1
  fi
  printf 'installing %s\n' "${missing[*]}"
  sh -c "$install" </dev/null
fi

bash "$here/electron-runtime.sh" >/dev/null
