import { expect, it } from 'vitest';
import { followAddress, readAddress } from './page-address.ts';

const read = (hash: string) => {
  const shown: string[] = [];
  const address = readAddress(
    { hash, pathname: '/below/', search: '' },
    { replaceState: (_data, _unused, url) => shown.push(String(url)) },
  );
  return { address, shown };
};

it('takes the code of a sign-in link out of the address', () => {
  expect(read('#sign-in=abc')).toEqual({ address: { code: 'abc', session: null, page: 'chat' }, shown: ['/below/'] });
});

it('reads which chat was open', () => {
  expect(read('#chat=a%3Ab')).toEqual({ address: { code: null, session: 'a:b', page: 'chat' }, shown: [] });
});

it('reads which page was open, and takes an unknown one for the chat', () => {
  expect(read('#page=logs&chat=a').address).toEqual({ code: null, session: 'a', page: 'logs' });
  expect(read('#page=__proto__').address.page).toBe('chat');
});

it('follows a link to a page or a chat, and leaves the chat that is open as it is', () => {
  const opened: string[] = [];
  const thread = { refs: ['open'] };
  const location = { hash: '', pathname: '/', search: '' };
  const target = Object.assign(new EventTarget(), { location, history: {} }) as never as Window;
  const undo = followAddress(
    {
      chat: { getState: () => ({ openKey: 'k', threads: { k: thread } }) as never, openRef: (ref) => opened.push(`chat ${ref}`) },
      navigation: { go: (page) => opened.push(page) },
    },
    target,
  );
  for (const hash of ['#page=logs', '#chat=other', '#chat=open']) {
    location.hash = hash;
    target.dispatchEvent(new Event('hashchange'));
  }
  undo();
  target.dispatchEvent(new Event('hashchange'));
  expect(opened).toEqual(['logs', 'chat', 'chat other', 'chat']);
});
