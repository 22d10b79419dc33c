/** The states of `src-main/shell/app-state.ts`. */
export const trayStates = /** @type {const} */ (['starting', 'ready', 'working', 'waiting', 'stopped', 'error']);

/** @typedef {(typeof trayStates)[number]} TrayState */

const claws =
  '<path d="M10 24C7.5 18.5 8.5 12.5 12.5 8"/><path d="M16 25C14.2 19 15 12.5 18 7"/><path d="M22 24C20.8 19.5 21.3 14.5 23.5 10"/>';

/**
 * Each badge has an outline and a sign of its own, so that nobody needs to tell colours apart. In a 32 by 32 grid,
 * `outline` and `sign` as path data.
 * @type {Readonly<Record<Exclude<TrayState, 'ready'>, { color: string, outline: string, sign: string }>>}
 */
const badges = {
  starting: {
    color: '#5f646d',
    outline: 'M17 15H29A3 3 0 0 1 32 18V29A3 3 0 0 1 29 32H17A3 3 0 0 1 14 29V18A3 3 0 0 1 17 15Z',
    sign: 'M16.6 22H19.8V25.2H16.6ZM21.4 22H24.6V25.2H21.4ZM26.2 22H29.4V25.2H26.2Z',
  },
  working: {
    color: '#15803d',
    outline: 'M23 14A9 9 0 1 1 23 32A9 9 0 1 1 23 14Z',
    sign: 'M20 18L28 23L20 28Z',
  },
  waiting: {
    color: '#7c3aed',
    outline: 'M22.5 12.5L32 22.25L22.5 32L13 22.25Z',
    sign: 'M19.2 18.5H21.5V26H19.2ZM23.5 18.5H25.8V26H23.5Z',
  },
  stopped: {
    color: '#b4232f',
    outline: 'M19 14H27L32 19V27L27 32H19L14 27V19Z',
    sign: 'M19 19H27V27H19Z',
  },
  error: {
    color: '#92580a',
    outline: 'M22.5 12L32 32H13Z',
    sign: 'M21 19H24V26H21ZM21 27.4H24V30.2H21Z',
  },
};

/** The logo fills its square; icons of apps want a little air around. @param {string} logo SVG */
export const appIcon = (logo) => logo.replace('viewBox="0 0 32 32"', 'viewBox="-1 -1 34 34"');

/** @param {TrayState} state @returns {string} SVG */
export const trayIcon = (state) =>
  svg(
    state,
    `<rect width="32" height="32" rx="8" fill="#3d55cc"/><g fill="none" stroke="#fff" stroke-width="3.2" stroke-linecap="round">${claws}</g>`,
    ({ color, outline, sign }) => `<path d="${outline}" fill="${color}"/><path d="${sign}" fill="#fff"/>`,
  );

/** Black on nothing: macOS colours it for its bar. @param {TrayState} state @returns {string} SVG */
export const trayTemplate = (state) =>
  svg(
    state,
    `<g fill="none" stroke="#000" stroke-width="3.6" stroke-linecap="round">${claws}</g>`,
    ({ outline, sign }) => `<path d="${outline}${sign}" fill="#000" fill-rule="evenodd"/>`,
  );

/**
 * The picture with a gap cut out around the badge.
 * @param {TrayState} state @param {string} picture @param {(badge: (typeof badges)['error']) => string} drawBadge
 */
const svg = (state, picture, drawBadge) => {
  const badge = state === 'ready' ? null : badges[state];
  const cut =
    badge && `<mask id="cut"><rect width="32" height="32" fill="#fff"/><path d="${badge.outline}" stroke="#000" stroke-width="4"/></mask>`;
  const below = badge ? `${cut}<g mask="url(#cut)">${picture}</g>${drawBadge(badge)}` : picture;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${below}</svg>`;
};
