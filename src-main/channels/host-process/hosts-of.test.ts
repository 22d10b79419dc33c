import { expect, it } from 'vitest';
import { guardFetch } from './guard-fetch.ts';
import { hostsOf } from './hosts-of.ts';

const config = {
  url: 'http://10.0.0.5:8080/hook',
  root: 'https://[::1]/bot',
  ws: 'wss://ws.example',
  word: 'no address',
  number: 5,
  file: 'file:///etc/passwd',
};

it('takes the host of an address that the user has filled in, with its port', () => {
  expect(hostsOf({ net: ['api.example.com', '{url}', '{root}', '{ws}'], config })).toEqual([
    ...['api.example.com', '10.0.0.5:8080', '[::1]:443', 'ws.example:443'],
  ]);
});

it('takes nothing where there is no address', () => {
  expect(hostsOf({ net: ['{word}', '{number}', '{file}', '{missing}'], config })).toEqual([]);
});

it('lets a plugin reach that one port of that one host', async () => {
  const reached: string[] = [];
  const guarded = guardFetch(
    async (input) => {
      reached.push(new Request(input).url);
      return new Response();
    },
    hostsOf({ net: ['{url}'], config }),
  );
  await guarded('http://10.0.0.5:8080/other');
  for (const url of ['http://10.0.0.5/hook', 'http://10.0.0.6:8080/hook', 'https://10.0.0.5:443/'])
    await expect(guarded(url)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  expect(reached).toEqual(['http://10.0.0.5:8080/other']);
});
