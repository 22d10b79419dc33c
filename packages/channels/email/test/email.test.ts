import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import EmailChannel from '../src/index.ts';
import { address, person, startMailServer, vouched } from './mail-server.ts';

describe('as every channel', () => {
  const platform = async () => (await startMailServer()).platform;
  // SMTP does not say for how long to wait.
  for (const { name, run } of testChannel({ create: () => EmailChannel, platform, lacks: ['rate-limit'] })) test(name, run);
});

const started = async (more: Readonly<Record<string, unknown>> = {}) => {
  const server = await startMailServer();
  const host = createFakeHost();
  const ctx = host.context({ ...server.platform, config: { ...server.platform.config, ...more } });
  const run = async () => {
    const stopping = new AbortController();
    const channel = new EmailChannel();
    await channel.start({ ...ctx, signal: stopping.signal });
    await host.until('online', () => host.statuses.at(-1)?.status === 'online');
    return {
      channel,
      stop: async () => {
        stopping.abort();
        await channel.stop();
      },
    };
  };
  const first = await run();
  onTestFinished(async () => {
    await first.stop();
    await server.platform.close();
  });
  /** @returns what was heard of it */
  const hear = async (raw: string) => {
    const before = host.heard.length;
    const mail = server.arrive(raw);
    await host.until('heard', () => host.heard.length > before);
    await server.seen(mail);
    return host.heard[before];
  };
  return { server, host, run, hear, ...first };
};
const mail = (headers: readonly string[], text = 'hello', from = `Ann <${person}>`): string =>
  `${vouched()}${[`From: ${from}`, `To: ${address}`, 'Message-ID: <1@example.org>', ...headers].join('\r\n')}\r\n\r\n${text}\r\n`;
const message = (more: Partial<Message>): Message => ({ id: '1', content: 'hello', idempotencyKey: 'key-1', ...more });

describe('an answer', () => {
  it('stands in the thread of the question, in every mail program', async () => {
    const { server, hear, channel } = await started();
    const headers = ['Subject: =?UTF-8?B?5Lya6K6u?=', 'References: <root@example.org> <2@example.org>', 'In-Reply-To: <2@example.org>'];
    const heard = await hear(mail(headers));
    expect(heard).toMatchObject({ id: '<1@example.org>', from: { id: person, name: 'Ann' }, threadId: '<root@example.org>' });
    const { id } = await channel.sendMessage(person, message({ content: '**yes**', threadId: '<root@example.org>' }));
    expect(server.got[0]).toMatchObject({
      subject: 'Re: 会议',
      messageId: id,
      inReplyTo: '<1@example.org>',
      references: '<root@example.org> <2@example.org> <1@example.org>',
      text: '**yes**\n',
      html: '<div dir="auto"><p><strong>yes</strong></p></div>\n',
    });
    const headersSent = server.got[0]?.headers.map(({ key, value }) => `${key}: ${value}`);
    expect(headersSent).toContain('auto-submitted: auto-replied');
  });

  it('has the same Message-ID at each try', async () => {
    const { server, channel } = await started();
    for (const _ of [1, 2]) await channel.sendMessage(person, message({}));
    expect(new Set(server.got.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('goes to one address, whatever an agent names', async () => {
    const { server, channel } = await started();
    for (const to of ['a@b.c, d@e.f', 'a@b.c\r\nBcc: d@e.f', 'nobody'])
      await expect(channel.sendMessage(to, message({}))).rejects.toMatchObject({ code: 'PEER' });
    await channel.sendMessage('unverified:Ann@example.org', message({ content: 'a\nb', format: 'plain' }));
    expect(server.platform.sent().map(({ to }) => to)).toEqual([person]);
    expect(server.got[0]).toMatchObject({ subject: 'a' });
    expect(server.got[0]?.html).toBeUndefined();
  });

  it('loads nothing when it is opened, and has no HTML of an agent', async () => {
    const { server, channel } = await started();
    await channel.sendMessage(person, message({ content: '![x](https://e.com/p.png) <script>1</script>' }));
    expect(server.got[0]?.html).not.toMatch(/<(img|script)/);
  });

  it.each([
    [550, '5.1.1 No such user', 'PEER', false],
    [552, '5.3.4 Too big', 'PEER', false],
    [451, '4.3.0 Try again later', 'NETWORK', true],
    [450, '4.7.1 Rate limit exceeded', 'RATE_LIMIT', true],
  ])('that is answered by %i %s is %s', async (responseCode, words, code, retryable) => {
    const { server, channel } = await started();
    server.answerRecipientsBy({ responseCode, message: words });
    await expect(channel.sendMessage(person, message({}))).rejects.toMatchObject({ code, retryable });
  });
});

describe('what is read', () => {
  it('goes on where it was left, and leaves what was there before and what somebody has read', async () => {
    const { server, host, run, stop, hear } = await started();
    await hear(mail(['Message-ID: <x@example.org>'], 'one'));
    await stop();
    server.arrive(mail([], 'two'));
    server.arrive(mail([], 'read elsewhere')).flags.push('\\Seen');
    const again = await run();
    await host.until('heard', () => host.heard.length === 2);
    await hear(mail([], 'three'));
    await again.stop();
    expect(host.heard.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
  });

  it('is what is new, also where the server has counted anew', async () => {
    const { server, host, run, stop, hear } = await started();
    await hear(mail([], 'one'));
    await stop();
    server.inbox().uidvalidity = 77;
    server.arrive(mail([], 'two'));
    server.arrive(mail([], 'long ago'), new Date(Date.now() - 40 * 24 * 60 * 60_000));
    const again = await run();
    await hear(mail([], 'three'));
    await again.stop();
    expect(host.heard.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
  });

  it('comes again where the channel was stopped before the gateway had it', async () => {
    const { server, host, run, stop } = await started();
    host.answerMessagesBy('refuse');
    const left = server.arrive(mail([], 'one'));
    await host.until('refused', () => host.heard.length > 0);
    await stop();
    expect(left.flags).toEqual([]);
    host.answerMessagesBy('take');
    const again = await run();
    await server.seen(left);
    await again.stop();
    expect(new Set(host.heard.map(({ id }) => id)).size).toBe(1);
  });

  it('is words, where a mail has HTML only', async () => {
    const { hear } = await started();
    const html = '<p>Hello &amp; <b>welcome</b></p><img src="https://e.com/pixel.gif"><p>See <a href="https://e.com/a">this</a></p>';
    const heard = await hear(mail(['Subject: Hi', 'Content-Type: text/html; charset=utf-8'], html));
    expect(heard?.content).toBe('Hi\n\nHello & welcome\n\nSee this (https://e.com/a)');
  });

  it('is read in the character sets of China too', async () => {
    const { hear } = await started();
    const heard = await hear(mail(['Content-Type: text/plain; charset=GB2312', 'Content-Transfer-Encoding: base64'], 'xOO6w6OsysC95w=='));
    expect(heard?.content).toBe('你好，世界');
  });
});

describe('whom it was from', () => {
  const forged = (text: string): string => text.replace(vouched(), '');

  it('counts only where the own server vouches for it', async () => {
    const { hear } = await started();
    expect((await hear(mail([])))?.from.id).toBe(person);
    expect((await hear(forged(mail([]))))?.from.id).toBe(`unverified:${person}`);
  });

  it('is not asked where the user wants no strangers, or has a server that refuses forged mail', async () => {
    const strict = await started({ unverified: 'ignore' });
    strict.server.arrive(forged(mail([], 'forged')));
    expect((await strict.hear(mail([])))?.content).toBe('hello');
    expect(strict.host.heard).toHaveLength(1);
    const trusting = await started({ unverified: 'trust' });
    expect((await trusting.hear(forged(mail([]))))?.from.id).toBe(person);
  });
});

it('says what is missing, and what is refused', async () => {
  const servers = { imap: 'imaps://imap.example.com', smtp: 'smtps://smtp.example.com' };
  for (const config of [{}, { address }, { address, ...servers }, { address, ...servers, imap: 'https://imap.example.com' }]) {
    const host = createFakeHost();
    await new EmailChannel().start(host.context({ config }));
    expect(host.statuses.at(-1)?.status).toBe('needs-auth');
  }
});

test('hears on where a file is empty, which the gateway takes none of', async () => {
  const { hear } = await started();
  const part = (headers: string, body: string) => `--x\r\n${headers}\r\n\r\n${body}\r\n`;
  const file = 'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"';
  const text = `${part('Content-Type: text/plain', 'see the file')}${part(file, '')}--x--`;
  const headers = ['Subject: hi', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  expect(await hear(mail(headers, text))).toMatchObject({ content: 'hi\n\nsee the file' });
});
