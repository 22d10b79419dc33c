export const setup = {
  'setup.title': 'Set up OpenClaw',
} as const;
