import * as z from 'zod';

/** All in device-independent pixels. */
export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** The normal bounds, also while maximized. */
export type WindowState = Rectangle & { readonly maximized: boolean };

/** What a window is opened with; without a position the system centres it. */
export type WindowPlacement = {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
};

export const smallestWindow = { width: 900, height: 600 };
const usualWindow = { width: 1_200, height: 800 };

const pixels = z.int().min(-100_000).max(100_000);
const windowStateSchema = z.object({ x: pixels, y: pixels, width: pixels, height: pixels, maximized: z.boolean() });

/** The kept state, or null where the text is none of ours. */
export const parseWindowState = (text: string): WindowState | null => {
  try {
    return windowStateSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
};

/**
 * Where to open the window: as it was left, but never larger than the screen, never below the smallest size, and
 * never where its title bar cannot be caught – a display may have gone since. `workAreas`: the displays without
 * their panels, the primary one first.
 */
export const placeWindow = (kept: WindowState | null, workAreas: readonly Rectangle[]): WindowPlacement => {
  const wanted = kept ?? usualWindow;
  const home = kept === null ? undefined : workAreas.find((area) => titleBarShows(kept, area));
  const area = home ?? workAreas[0];
  const size = {
    width: within(wanted.width, smallestWindow.width, area?.width),
    height: within(wanted.height, smallestWindow.height, area?.height),
  };
  const maximized = kept?.maximized ?? false;
  return kept === null || home === undefined ? { ...size, maximized } : { x: kept.x, y: kept.y, ...size, maximized };
};

/** At least this much of the title bar must be on a display to be dragged by. */
const grip = { width: 120, height: 30 };

const titleBarShows = (window: Rectangle, area: Rectangle): boolean => {
  const width = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  return width >= grip.width && window.y >= area.y && window.y + grip.height <= area.y + area.height;
};

const within = (wanted: number, smallest: number, available: number | undefined): number =>
  Math.max(smallest, Math.min(wanted, available ?? wanted));
