/** Dollars: cents where there are some, else as many digits as it takes to see something. */
export const formatUsd = (usd: number, language: string): string =>
  new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'USD',
    ...(usd === 0 || usd >= 0.1 ? {} : { maximumSignificantDigits: 2 }),
  }).format(usd);
