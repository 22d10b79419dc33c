import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerParts } from './answer-parts.ts';

const plain = (reply: string, maxLength = 4_000) => answerParts(reply, { maxLength }, 0);
const marked = (reply: string, maxLength: number) => answerParts(reply, { maxLength, markdown: true }, 0);

describe('where the channel draws no Markdown', () => {
  it('is said in plain words', async () => {
    const reply = `# Title

Some **bold** and *soft* \`code\`, a [link](https://a.example/x) and <https://b.example>.
Next line & "quotes" <3

- one
- two
  - inner
1. first
2. second

> said

| a | b |
|---|---|
| 1 | **2** |

- [x] done
- [ ] open

\`\`\`js
if (a < b) run();
\`\`\`
`;
    expect((await plain(reply)).join('¶')).toMatchInlineSnapshot(`
      "Title

      Some bold and soft code, a link (https://a.example/x) and https://b.example.
      Next line & "quotes" <3

      • one
      • two
        • inner

      1. first
      2. second

      > said

      a | b
      1 | 2

      • [x] done
      • [ ] open

      if (a < b) run();"
    `);
  });

  it('keeps a code block as it is, without its fences', async () => {
    expect(await plain('```\n  a  < b\n\n  c\n```')).toEqual(['  a  < b\n\n  c']);
  });
});

describe('a long reply', () => {
  const paragraph = 'word '.repeat(20).trim();

  it('is split between paragraphs', async () => {
    expect(await marked([paragraph, paragraph, paragraph].join('\n\n'), 205)).toEqual([`${paragraph}\n\n${paragraph}`, paragraph]);
  });

  it('opens a code block again that has to be cut', async () => {
    const lines = Array.from({ length: 12 }, (_, at) => `  line ${at} of the code`);
    const parts = await marked(`Before\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n\nAfter`, 150);
    expect(parts.length).toBeGreaterThan(1);
    const pieces = parts.filter((part) => part.includes('line'));
    for (const part of pieces) expect(part).toMatch(/```ts\n {2}line[\s\S]*\n```/);
    expect(pieces.flatMap((part) => part.match(/ {2}line \d+ of the code/g))).toEqual(lines);
  });

  it('is cut at sentences, words or anywhere, but never inside a character', async () => {
    expect(await plain(`${'One two three. '.repeat(8)}End.`, 70)).toMatchObject([expect.stringMatching(/three\.$/), expect.anything()]);
    const emoji = await plain('😀'.repeat(100), 65);
    expect(emoji.join('')).toBe('😀'.repeat(100));
    for (const part of emoji) expect(part).not.toMatch(/\p{Surrogate}/u);
  });

  it('is never longer than it may be, and never empty', async () => {
    const text = fc.array(fc.constantFrom('word ', '\n\n', '```\n', '# ', '- ', '长', '😀', '| a |\n|---|\n', '**x** ', 'x'.repeat(70)), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (pieces, markdown) => {
        for (const part of await answerParts(pieces.join(''), { maxLength: 80, markdown }, 10)) {
          expect(part.length).toBeLessThanOrEqual(70);
          expect(part.trim()).not.toBe('');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is nothing where there is nothing to say', async () => {
    expect(await plain('  \n')).toEqual([]);
  });
});

it('is split in time, whatever the agent was asked to say', async () => {
  const begun = performance.now();
  for (const reply of ['*a_'.repeat(20_000), '>'.repeat(60_000)])
    for (const markdown of [true, false])
      expect((await answerParts(reply, { markdown }, 0)).join('').length).toBeGreaterThan(reply.length - 100);
  expect(performance.now() - begun).toBeLessThan(4_000);
});
