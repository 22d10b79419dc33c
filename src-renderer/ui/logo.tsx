import type { ReactElement } from 'react';

/** Three claw marks. */
export const Logo = ({ size = 28 }: { readonly size?: number }): ReactElement => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" className="fill-accent" />
    <g fill="none" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" className="text-on-accent">
      <path d="M10 24C7.5 18.5 8.5 12.5 12.5 8" />
      <path d="M16 25C14.2 19 15 12.5 18 7" />
      <path d="M22 24C20.8 19.5 21.3 14.5 23.5 10" />
    </g>
  </svg>
);
