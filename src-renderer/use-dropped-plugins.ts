import { useEffect } from 'react';
import { useConsole } from './console-context.ts';

/** A `.plugin` file may be dropped anywhere in the window that has no use of its own for it; no other file leads away from the page. */
export const useDroppedPlugins = (signedIn: boolean): void => {
  const { channels, navigation } = useConsole();
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      const file = [...event.dataTransfer.files].find(({ name }) => name.toLowerCase().endsWith('.plugin'));
      if (!file || !signedIn) return;
      channels.offer(file);
      navigation.go('channels');
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, [channels, navigation, signedIn]);
};
