import { type CSSProperties, type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './copy-button.tsx';
import type { CodeHighlighter } from './highlight.ts';

type CodeBlockProps = {
  readonly code: string;
  readonly language: string;
  readonly highlighter: CodeHighlighter;
  /** What is copied, where the code shown keeps something back. */
  readonly copied?: string;
};
type Lines = Awaited<ReturnType<CodeHighlighter['highlight']>>;

/** A block of code with its language and a copy button; plain until its colours have come. */
export const CodeBlock = ({ code, language, highlighter, copied = code }: CodeBlockProps): ReactElement => {
  const { t } = useTranslation();
  const [coloured, setColoured] = useState<{ readonly code: string; readonly lines: Lines } | null>(null);
  useEffect(() => {
    let current = true;
    highlighter.highlight(code, language).then(
      (lines) => current && setColoured({ code, lines }),
      // A grammar that did not load: the text is what matters.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [code, language, highlighter]);
  const lines = coloured?.code === code ? coloured.lines : null;

  return (
    <div className="group/code my-3 overflow-hidden rounded-lg border border-border bg-card">
      <div className="flex h-9 items-center justify-between border-border border-b pr-1 pl-3.5 text-muted-foreground text-xs">
        <span className="font-mono">{language}</span>
        <CopyButton text={copied} label={t('chat.copyCode')} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="max-h-[32rem] overflow-auto px-3.5 py-3 font-mono text-[13px] leading-[1.55]" tabIndex={0}>
        <code>{lines === null ? code : <ColouredLines lines={lines} />}</code>
      </pre>
    </div>
  );
};

const ColouredLines = ({ lines }: { readonly lines: NonNullable<Lines> }): ReactElement => (
  <>
    {lines.map((tokens, line) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
      <span key={line}>
        {line > 0 ? '\n' : null}
        {tokens.map((token) => (
          <span key={token.offset} className="code-token" style={token.htmlStyle as CSSProperties}>
            {token.content}
          </span>
        ))}
      </span>
    ))}
  </>
);
