import PostalMime, { type Header } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { ownWords } from '../src/own-words.ts';
import { readMail } from '../src/read-mail.ts';
import { serverOf } from '../src/server.ts';
import { isVerified } from '../src/verified.ts';
import results from './fixtures/authentication-results.json' with { type: 'json' };

const lines = (...values: readonly string[]): readonly Header[] =>
  values.map((value) => ({ key: 'authentication-results', originalKey: 'Authentication-Results', value }));

describe('a sender is verified', () => {
  it.each(results)('or not: $about', ({ header, server, domain, verified }) => {
    expect(isVerified(lines(...header), server, domain)).toBe(verified);
  });
});

const read = async (headers: readonly string[], text = 'hello', unverified: 'ask' | 'trust' = 'trust') =>
  readMail(await PostalMime.parse(`${['From: ann@example.org', ...headers].join('\n')}\n\n${text}`), 'key', {
    ...{ address: 'Agent@example.com', authservId: null, unverified },
  });

describe('left unanswered, or two programs would write to each other for ever, is', () => {
  it.each([
    ['an auto-reply', ['Auto-Submitted: auto-replied']],
    ['a notice', ['Auto-Submitted: auto-generated (rejected)']],
    ['an absence of old', ['Precedence: auto_reply']],
    ['a mailing', ['Precedence: bulk']],
    ['a list', ['List-Id: <dev.example.org>']],
    ['a newsletter', ['List-Unsubscribe: <https://example.org/u>']],
    ['a bounce', ['Return-Path: <>']],
    ['a report of delivery', ['Content-Type: multipart/report; report-type=delivery-status; boundary=x']],
    ['an absence of Exchange', ['X-Auto-Response-Suppress: DR, OOF, AutoReply']],
  ])('%s', async (_, headers) => {
    expect(await read(headers)).toHaveProperty('skipped');
  });

  it.each(['MAILER-DAEMON@example.org', 'no-reply@example.org', 'noreply+1@example.org', 'agent@EXAMPLE.com'])('%s', async (from) => {
    const mail = await PostalMime.parse(`From: ${from}\n\nhello`);
    expect(readMail(mail, 'key', { address: 'agent@example.com', authservId: null, unverified: 'trust' })).toHaveProperty('skipped');
  });

  it('not what a person writes', async () => {
    expect(await read(['Auto-Submitted: no', 'Return-Path: <ann@example.org>'])).toMatchObject({
      message: { from: { id: 'ann@example.org' } },
    });
  });
});

it('takes no mail of several senders, or of none', async () => {
  for (const from of ['From: a@example.org, b@example.org', 'From: a@example.org\nFrom: b@example.org', 'Subject: x', 'From: nobody']) {
    const mail = await PostalMime.parse(`${from}\n\nhello`);
    expect(readMail(mail, 'key', { address: 'agent@example.com', authservId: null, unverified: 'trust' })).toEqual({
      skipped: 'not one sender',
    });
  }
});

it('takes an address in a name for a name', async () => {
  const mail = await PostalMime.parse('From: "ceo@example.org" <eve@evil.example>\n\nhello');
  const heard = readMail(mail, 'key', { address: 'agent@example.com', authservId: null, unverified: 'trust' });
  expect(heard).toMatchObject({ message: { from: { id: 'eve@evil.example', name: 'ceo@example.org' } } });
});

it('names a mail without a Message-ID by its place', async () => {
  expect(await read([])).toMatchObject({ message: { id: 'key', threadId: 'key' } });
});

const quoted = '> Shall we meet?\n> Ann';
describe('of a reply stay the own words', () => {
  it.each([
    ['Gmail', `Yes.\n\nOn Mon, Nov 2, 2026 at 9:00 AM Agent <agent@example.com> wrote:\n\n${quoted}`],
    ['a long name', `Yes.\n\nOn Mon, Nov 2, 2026 at 9:00 AM The Agent of All Agents\n<agent@example.com> wrote:\n\n${quoted}`],
    ['Apple Mail, in Chinese', `Yes.\n\n2026年11月2日 09:00，Agent <agent@example.com> 写道：\n\n${quoted}`],
    [
      'Outlook',
      'Yes.\n\n________________________________\nFrom: Agent <agent@example.com>\nSent: Monday\nTo: Ann\nSubject: Hi\n\nShall we meet?',
    ],
    ['Outlook, in Chinese', 'Yes.\n\n发件人: Agent <agent@example.com>\n发送时间: 2026年11月2日\n收件人: Ann\n主题: Hi\n\nShall we meet?'],
    ['QQ', 'Yes.\n\n------------------ 原始邮件 ------------------\n发件人: "Agent"\n\nShall we meet?'],
    ['quotes alone', `Yes.\n\n${quoted}`],
    ['a signature', 'Yes.\n\n-- \nAnn\nDirector of Everything'],
  ])('%s', (_, text) => {
    expect(ownWords(text)).toBe('Yes.');
  });

  it('and all of it where they stand between the lines, or there are none', () => {
    const between = 'On Monday Agent wrote:\n> Shall we meet?\nYes.\n> Where?\nHere.';
    expect(ownWords(between)).toBe(between);
    expect(ownWords(quoted)).toBe(quoted);
    expect(ownWords('From: the beginning it was clear')).toBe('From: the beginning it was clear');
  });
});

it('sends a password over TLS only, but on this computer', () => {
  expect(serverOf('imaps://imap.example.com', 'imap')).toEqual({ host: 'imap.example.com', port: 993, secure: true, startTls: false });
  expect(serverOf('smtp://smtp.example.com', 'smtp')).toEqual({ host: 'smtp.example.com', port: 587, secure: false, startTls: true });
  expect(serverOf('smtp://[::1]:1025', 'smtp')).toEqual({ host: '::1', port: 1025, secure: false, startTls: false });
  expect(serverOf('smtp://127.0.0.1.example.com', 'smtp')?.startTls).toBe(true);
  expect(serverOf('https://imap.example.com', 'imap')).toBeNull();
  expect(serverOf('smtps://smtp.example.com', 'imap')).toBeNull();
});
