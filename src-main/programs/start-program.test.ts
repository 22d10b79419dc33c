import { expect, it } from 'vitest';
import { throughCmd } from './start-program.ts';

it('lets the shell of Windows find what has no file of its own', () => {
  expect(throughCmd(['npx', '-y', 'x'])).toEqual(['cmd.exe', '/d', '/c', 'npx', '-y', 'x']);
  for (const whole of ['cmd.exe', 'node.EXE', 'C:\\tools\\server', 'C:/tools/server']) expect(throughCmd([whole])).toEqual([whole]);
});
