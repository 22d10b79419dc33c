import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTools } from '@openclaw/plugin-sdk/runtime';
import plugin from '../dist/index.mjs';

const { tools } = createTools(plugin);

test('counts words of any script', async () => {
  const count = tools.find(({ name }) => name === 'count_words');
  assert.deepEqual(await count.execute({ text: 'one two, three' }), { words: 3 });
});
