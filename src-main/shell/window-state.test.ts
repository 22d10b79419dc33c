import { describe, expect, it } from 'vitest';
import { parseWindowState, placeWindow } from './window-state.ts';

const primary = { x: 0, y: 25, width: 1_920, height: 1_055 };
const right = { x: 1_920, y: 0, width: 2_560, height: 1_440 };
const kept = { x: 100, y: 100, width: 1_300, height: 900, maximized: false };

describe('placeWindow', () => {
  it('opens in the usual size where nothing is kept', () => {
    expect(placeWindow(null, [primary])).toEqual({ width: 1_200, height: 800, maximized: false });
  });

  it('opens as it was left, on either display', () => {
    expect(placeWindow(kept, [primary, right])).toEqual(kept);
    const other = { ...kept, x: 2_000, maximized: true };
    expect(placeWindow(other, [primary, right])).toEqual(other);
  });

  it('lets the system choose the place when the display is gone', () => {
    expect(placeWindow({ ...kept, x: 2_000 }, [primary])).toEqual({ width: 1_300, height: 900, maximized: false });
  });

  it('wants a title bar that can be caught', () => {
    for (const lost of [{ x: -1_250 }, { x: 1_850 }, { y: -5 }, { y: 1_075 }])
      expect(placeWindow({ ...kept, ...lost }, [primary])).not.toHaveProperty('x');
    for (const fine of [{ x: -1_100 }, { x: 1_790 }, { y: 25 }, { y: 1_000 }])
      expect(placeWindow({ ...kept, ...fine }, [primary])).toMatchObject(fine);
  });

  it('fits the screen it is on, but not below the smallest size', () => {
    expect(placeWindow({ ...kept, width: 9_000, height: 9_000 }, [primary])).toMatchObject({ width: 1_920, height: 1_055 });
    expect(placeWindow({ ...kept, width: 10, height: 10 }, [primary])).toMatchObject({ width: 900, height: 600 });
    expect(placeWindow(null, [{ x: 0, y: 0, width: 800, height: 480 }])).toMatchObject({ width: 900, height: 600 });
    expect(placeWindow(kept, [])).toEqual({ width: 1_300, height: 900, maximized: false });
  });
});

describe('parseWindowState', () => {
  it('reads what was kept', () => {
    expect(parseWindowState(JSON.stringify(kept))).toEqual(kept);
  });

  it.each([
    '',
    '{',
    'null',
    '{"x":1}',
    JSON.stringify({ ...kept, x: 1.5 }),
    JSON.stringify({ ...kept, width: 1e9 }),
    JSON.stringify({ ...kept, y: '0' }),
  ])('takes %j for nothing', (text) => {
    expect(parseWindowState(text)).toBeNull();
  });
});
