import { connect } from 'node:net';

/**
 * What stands against a window before Electron is even looked for (so that a server never downloads one).
 * @param {object} machine
 * @param {NodeJS.Platform} machine.platform
 * @param {NodeJS.ProcessEnv} machine.env
 * @param {boolean} machine.isRoot
 * @param {readonly string[]} machine.chromium switches given by the user
 * @returns {Promise<string | null>} words for the user, or null
 */
export const whyNoWindow = async ({ platform, env, isRoot, chromium }) => {
  if (platform === 'linux') {
    const socket = displaySocket(env);
    if (socket === null) return 'no display: neither DISPLAY nor WAYLAND_DISPLAY is set';
    if (socket !== 'unknown' && !(await answers(socket))) return `nothing answers at display ${env.WAYLAND_DISPLAY || env.DISPLAY}`;
  }
  if (platform === 'linux' && isRoot && !chromium.includes('--no-sandbox')) {
    return 'Electron refuses to run as root in its sandbox; `npm start -- --no-sandbox` opens one without';
  }
  return null;
};

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null} the display's Unix socket; `unknown` for a display elsewhere (`ssh -X`); null without one
 */
export const displaySocket = (env) => {
  if (env.WAYLAND_DISPLAY) {
    return env.WAYLAND_DISPLAY.startsWith('/') ? env.WAYLAND_DISPLAY : `${env.XDG_RUNTIME_DIR ?? ''}/${env.WAYLAND_DISPLAY}`;
  }
  if (!env.DISPLAY) return null;
  const local = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(env.DISPLAY);
  return local ? `/tmp/.X11-unix/X${local[1]}` : 'unknown';
};

/** @param {string} path @returns {Promise<boolean>} */
const answers = (path) =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.setTimeout(2_000, () => socket.destroy(new Error('silent')));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
