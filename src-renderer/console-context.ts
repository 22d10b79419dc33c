import { createContext, useContext } from 'react';
import type { Console } from './console.ts';

export const ConsoleContext = createContext<Console | null>(null);

export const useConsole = (): Console => {
  const value = useContext(ConsoleContext);
  if (value === null) throw new TypeError('no Console above this part');
  return value;
};
