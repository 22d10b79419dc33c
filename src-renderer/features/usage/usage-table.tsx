import type { ReactElement } from 'react';

type UsageTableProps = {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell names the row; the others are figures. */
  readonly rows: readonly (readonly string[])[];
};

/** Figures as text: for who does not see the plot, and for who wants to know exactly. */
export const UsageTable = ({ caption, head, rows }: UsageTableProps): ReactElement => (
  <section
    aria-label={caption} // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    tabIndex={0}
    className="max-h-[180px] overflow-auto rounded-md"
  >
    <table className="w-full text-xs tabular-nums">
      <caption className="sr-only">{caption}</caption>
      <thead className="sticky top-0 bg-card text-muted-foreground">
        <tr>
          {head.map((word, index) => (
            <th key={word} scope="col" className={`px-2 py-1 font-medium ${index === 0 ? 'text-left' : 'text-right'}`}>
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name = '', ...figures], row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names need not be unique, and rows are whole
          <tr key={row} className="border-t">
            <th scope="row" className="max-w-48 truncate px-2 py-1 text-left font-normal" title={name}>
              {name}
            </th>
            {figures.map((figure, index) => (
              <td key={head[index + 1] ?? index} className="px-2 py-1 text-right">
                {figure}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
