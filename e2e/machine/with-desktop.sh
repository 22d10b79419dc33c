#!/usr/bin/env bash
# Runs a command on a virtual desktop of its own: a session bus, an unlocked keychain, a display, the test-only Electron.
#   with-desktop.sh COMMAND...
# Nothing of the user's own desktop is touched, and nothing is left running.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ -z "${OPENCLAW_TEST_DESKTOP:-}" ]; then
  ELECTRON_OVERRIDE_DIST_PATH=${ELECTRON_OVERRIDE_DIST_PATH:-$(bash "$here/electron-runtime.sh")}
  OPENCLAW_TEST_DESKTOP=$(mktemp -d "${TMPDIR:-/tmp}/openclaw-desktop-XXXXXX")
  export ELECTRON_OVERRIDE_DIST_PATH OPENCLAW_TEST_DESKTOP
  unset DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY XAUTHORITY GNOME_KEYRING_CONTROL

  # All of it in one process group, so that whatever is left can be ended as one.
  setsid dbus-run-session -- bash "$0" "$@" <&0 &
  group=$!
  end_group() {
    kill -TERM -- "-$group" 2>/dev/null || true
    for _ in $(seq 30); do
      kill -0 -- "-$group" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$group" 2>/dev/null || true
    rm -rf "$OPENCLAW_TEST_DESKTOP"
  }
  trap end_group EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  wait "$group"
  exit
fi

export XDG_RUNTIME_DIR=$OPENCLAW_TEST_DESKTOP/run
mkdir -m 700 "$XDG_RUNTIME_DIR"
# No accessibility bus: GTK would start one by itself and leave it behind.
export NO_AT_BRIDGE=1

# The display: Xvfb takes a free number and says which once it listens.
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$OPENCLAW_TEST_DESKTOP/display" >/dev/null 2>&1 &

# The keychain: a collection of its own, so that the user's is neither asked for nor changed.
printf 'test' | XDG_DATA_HOME=$OPENCLAW_TEST_DESKTOP/keyrings \
  gnome-keyring-daemon --foreground --unlock --components=secrets --control-directory="$XDG_RUNTIME_DIR/keyring" \
  >"$OPENCLAW_TEST_DESKTOP/keyring.log" 2>&1 &

secret_service_is_open() {
  dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets /org/freedesktop/secrets \
    org.freedesktop.Secret.Service.ReadAlias string:default 2>/dev/null | grep -q /collection/
}

# `timeout`-like loop: both take some tenths of a second.
for _ in $(seq 100); do
  if [ -s "$OPENCLAW_TEST_DESKTOP/display" ] && secret_service_is_open; then ready=1; break; fi
  sleep 0.1
done
if [ -z "${ready:-}" ]; then
  printf 'The virtual desktop did not come up in 10 s (display: %s).\n' "$(cat "$OPENCLAW_TEST_DESKTOP/display" 2>/dev/null)" >&2
  cat "$OPENCLAW_TEST_DESKTOP/keyring.log" >&2
  exit 1
fi
DISPLAY=:$(tr -d '[:space:]' <"$OPENCLAW_TEST_DESKTOP/display")
export DISPLAY

exec "$@"
