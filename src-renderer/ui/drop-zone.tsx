import { type DragEvent, type ReactElement, type ReactNode, useState } from 'react';
import { cx } from './class-names.ts';

type DropZoneProps = { readonly onFiles: (files: readonly File[]) => void; readonly className?: string; readonly children: ReactNode };

/** The whole of a page, for files to be dropped on; a button of the page has to lead to the same by keyboard. */
export const DropZone = ({ onFiles, className = 'flex min-h-full flex-col gap-4 px-5 py-4', children }: DropZoneProps): ReactElement => {
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a button of the page does the same by keyboard
    <div
      className={cx(className, over && 'bg-hover')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {children}
    </div>
  );
};
