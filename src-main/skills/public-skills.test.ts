import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { GuardedHttp } from '../net/guarded-http.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

/**
 * Skills of others, none of which is part of this project: a folder of `owner+repository.zip`, as GitHub packs them
 * (`git archive --prefix=repository-main/ --format=zip`). Without it there is nothing to try.
 */
const folder = process.env.OPENCLAW_PUBLIC_SKILLS;
const archives = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.zip'));

// A file without a test would be an error.
it.skipIf(archives.length === 0).each(archives.length === 0 ? ['OPENCLAW_PUBLIC_SKILLS'] : archives)(
  'every skill of %s installs from its link, and is opened by the model',
  { timeout: 120_000 },
  async (archive) => {
    const bytes = readFileSync(join(folder ?? '', archive));
    const repository = archive.replace(/\.zip$/, '').replace('+', '/');
    const openWeb =
      (): GuardedHttp =>
      async ({ url }) => ({
        ...{ url: url.href, status: 200, headers: { 'content-type': 'application/zip' }, bytes, cut: false, leadsTo: null },
      });
    let wanted = '';
    const told: string[] = [];
    const upstream = await scriptModel(({ messages }) => {
      const last = messages.at(-1);
      if (last?.role !== 'tool') return { kind: 'tools', calls: [{ id: 'c', name: 'use_skill', arguments: { name: wanted } }] };
      told.push(String(last.content));
      return { kind: 'text', chunks: ['ok'] };
    });
    const t = await startTestGateway({ upstream, ports: { openWeb } });
    const paths = [...new Set(bytes.toString('latin1').match(/[\w.-]+(?:\/[\w.-]+)+(?=\/SKILL\.md)/g))].map((path) =>
      path.slice(path.indexOf('/') + 1),
    );
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const link = (more: object) =>
        t.call('POST', '/api/v1/skills/install-link', {
          token: t.admin,
          json: { url: `https://github.com/${repository}/tree/main/${path}`, ...more },
        });
      const { review } = (await link({})).json;
      const { json } = await link({ sha256: review.sha256 });
      expect([path, json.skill?.state, json.skill?.error]).toEqual([path, 'ready', null]);
      wanted = json.skill.slug;
      if (!json.skill.modelInvocable) continue;
      told.length = 0;
      await t.post({ content: 'Use it.' });
      expect([path, told[0]?.length]).toEqual([path, expect.any(Number)]);
      expect(told[0]).not.toContain('There is no skill');
    }
  },
);
