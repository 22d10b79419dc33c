import { lazy, memo, type ReactElement, Suspense } from 'react';

const loadView = (): Promise<typeof import('./markdown-view.tsx')> => import('./markdown-view.tsx');
const View = lazy(() => loadView().then(({ MarkdownView }) => ({ default: MarkdownView })));

/** Fetches the parser before the first reply needs it, but after the first paint. */
export const preloadMarkdown = (): void => void loadView();

type MarkdownProps = { readonly text: string; readonly streaming: boolean; readonly onLink: (url: string) => void };

/** The text stands there as it came until the parser has arrived. */
export const Markdown = memo(
  (props: MarkdownProps): ReactElement => (
    <Suspense fallback={<div className="reply whitespace-pre-wrap">{props.text}</div>}>
      <View {...props} />
    </Suspense>
  ),
);
