import type { ToolPlugin } from '@openclaw/plugin-sdk';

const plugin: ToolPlugin = {
  tools: [
    {
      name: 'count_words',
      description: 'Counts the words of a text.',
      parameters: {
        type: 'object',
        properties: { text: { type: 'string' } },
        required: ['text'],
        additionalProperties: false,
      },
      readOnly: true,
      execute: async ({ text }) => ({
        words: [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(String(text))].filter(({ isWordLike }) => isWordLike)
          .length,
      }),
    },
  ],
};

export default plugin;
