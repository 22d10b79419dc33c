import { cjk } from '@streamdown/cjk';
import { type ComponentProps, isValidElement, type ReactElement, type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Components, Streamdown } from 'streamdown';
import { CodeBlock } from './code-block.tsx';
import { codeHighlighter } from './highlight.ts';

/** Emphasis beside Chinese punctuation, which CommonMark alone leaves as stars. */
const plugins = { cjk };

type MarkdownViewProps = { readonly text: string; readonly streaming: boolean; readonly onLink: (url: string) => void };

/** Streamdown's parsing, our parts: its own menus and modals write styles and open links in ways the CSP and the shell refuse. */
export const MarkdownView = ({ text, streaming, onLink }: MarkdownViewProps): ReactElement => {
  const components = useMemo(() => partsFor(onLink), [onLink]);
  return (
    <Streamdown
      className="reply"
      mode={streaming ? 'streaming' : 'static'}
      parseIncompleteMarkdown={streaming}
      controls={false}
      linkSafety={{ enabled: false }}
      plugins={plugins}
      components={components}
    >
      {text}
    </Streamdown>
  );
};

const partsFor = (onLink: (url: string) => void): Components => ({
  a: ({ href, children }) => (
    <a
      href={href}
      rel="noopener noreferrer"
      className="text-link underline decoration-link/40 underline-offset-2 hover:decoration-link"
      onClick={(event) => {
        event.preventDefault();
        if (href !== undefined && /^https?:/.test(href)) onLink(href);
      }}
    >
      {children}
    </a>
  ),
  img: ({ alt }) => <BlockedImage alt={alt ?? ''} />,
  pre: ({ children }) => <CodeBlock {...readCode(children)} highlighter={codeHighlighter} />,
  code: ({ children }) => <code data-streamdown="inline-code">{children}</code>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="my-3 overflow-x-auto rounded-lg border border-border" tabIndex={0}>
      <table className="w-full border-collapse text-sm">{children}</table>
    </div>
  ),
});

/** Pictures from elsewhere are never loaded: what an agent writes must not reach out by being shown. */
const BlockedImage = ({ alt }: { readonly alt: string }): ReactElement => {
  const { t } = useTranslation();
  return <span className="text-muted-foreground italic">{t('chat.image', { alt })}</span>;
};

const readCode = (children: ReactNode): { readonly language: string; readonly code: string } => {
  if (!isValidElement<ComponentProps<'code'>>(children)) return { language: '', code: String(children ?? '') };
  const { className = '', children: text } = children.props;
  return { language: /language-([\w+#.-]+)/.exec(className)?.[1] ?? '', code: String(text ?? '').replace(/\n$/, '') };
};
