import { describe, expect, it } from 'vitest';
import { isExternalLink, isOwnRequest, pageOf, pageOfLink, startupUrl } from './navigation-rules.ts';

const gateway = 'http://127.0.0.1:18789';

describe('pageOf', () => {
  it('knows the two pages', () => {
    expect(pageOf(`${gateway}/`, gateway)).toBe('console');
    expect(pageOf(`${gateway}/sessions?id=1#top`, gateway)).toBe('console');
    expect(pageOf(startupUrl, null)).toBe('startup');
  });

  it.each([
    'http://127.0.0.1:18790/',
    'http://localhost:18789/',
    'https://127.0.0.1:18789/',
    'http://127.0.0.1:18789@evil.example/',
    'http://127.0.0.1:18789.evil.example/',
    'app://startup.evil/startup.html',
    'app://other/startup.html',
    'file:///etc/passwd',
    'data:text/html,hi',
    'javascript:alert(1)',
    'about:blank',
    'blob:http://127.0.0.1:18789/id',
    '',
  ])('takes %j for neither', (url) => {
    expect(pageOf(url, gateway)).toBeNull();
  });

  it('has no console while no gateway of ours runs', () => {
    expect(pageOf(`${gateway}/`, null)).toBeNull();
  });
});

describe('isExternalLink', () => {
  it('takes web links', () => {
    expect(isExternalLink('https://example.org/a?b#c')).toBe(true);
    expect(isExternalLink('http://127.0.0.1:3000/')).toBe(true);
  });

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://server/share',
    'ms-msdt:/id',
    'openclaw://x',
    'mailto:a@b.c',
    'https://bank.example@evil.example/',
    'https://:pw@evil.example/',
    'not a url',
    `https://example.org/${'x'.repeat(2_048)}`,
  ])('refuses %j', (url) => {
    expect(isExternalLink(url)).toBe(false);
  });
});

describe('isOwnRequest', () => {
  it.each([`${gateway}/api/v1/status`, 'ws://127.0.0.1:18789/ws', 'data:image/png;base64,AA', `blob:${gateway}/id`, startupUrl])(
    'lets %j through',
    (url) => {
      expect(isOwnRequest(url, gateway)).toBe(true);
    },
  );

  it.each([
    'https://example.org/x.png',
    'http://127.0.0.1:18790/',
    'wss://127.0.0.1:18789/ws',
    'file:///etc/passwd',
    'ftp://127.0.0.1:18789/',
    'nonsense',
  ])('stops %j', (url) => {
    expect(isOwnRequest(url, gateway)).toBe(false);
  });
});

describe('a link of ours', () => {
  it('names a page, and whatever more it says is not read', () => {
    expect(pageOfLink('openclaw://settings')).toBe('settings');
    expect(pageOfLink('openclaw://channels')).toBe('channels');
    expect(pageOfLink('openclaw://tokens/?create=1&scope=admin#x')).toBe('tokens');
  });

  it.each([
    'openclaw://',
    'openclaw://evil',
    'openclaw:settings',
    'https://settings',
    'openclaw://settings.evil',
    '--port',
    '',
    '/usr/bin/openclaw',
  ])('%j opens nothing', (text) => {
    expect(pageOfLink(text)).toBeNull();
  });
});
