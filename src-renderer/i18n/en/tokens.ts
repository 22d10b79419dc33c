export const tokens = {
  'tokens.title': 'Tokens',
} as const;
