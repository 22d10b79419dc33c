export default {
  tools: [
    {
      name: 'add',
      description: 'Adds two numbers.',
      parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
      readOnly: true,
      async execute({ a, b }) {
        if (typeof a !== 'number' || typeof b !== 'number') throw new Error('These are no numbers.');
        return { sum: a + b };
      },
    },
    {
      name: 'wait',
      description: 'Waits until nobody waits for it any more.',
      parameters: { type: 'object' },
      execute: (_args, { signal, log }) =>
        new Promise(() => {
          log.info('waiting');
          signal.addEventListener('abort', () => log.info('cancelled'));
        }),
    },
  ],
};
