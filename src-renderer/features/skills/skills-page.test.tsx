// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Skill, SkillReview, SkillTool } from '../../../src-shared/contract/routes/skills.ts';
import { type FakeGateway, type FakeRequest, startFakeGateway } from '../../testing/fake-gateway.ts';
import { button, field, typeInto } from '../../testing/hands.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

let gateway: FakeGateway;
let app: Rendered;
let skills: Skill[];
let asked: { readonly line: string; readonly body: Record<string, unknown>; readonly pin: string | undefined }[];
let pin: string | null;

beforeEach(async () => {
  skills = [];
  asked = [];
  pin = null;
  review = {
    ...{ url: 'https://skills.example/pdf.zip', sha256: 'a'.repeat(64), bytes: 1234, slug: 'pdf', name: 'PDF', description: 'Reads.' },
    ...{ format: 'folder', files: ['SKILL.md'], fileCount: 1, replaces: true, diff: '-old\n+new', missing: 'needs the program qpdf' },
    tools: [
      { name: 'go', description: '', run: null },
      { name: 'run', description: '', run: { kind: 'command', argv: ['qpdf', '--check'] } },
    ],
    requires: { bins: ['qpdf'], env: [] },
  };
  gateway = await startFakeGateway();
  gateway.serve = answer;
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
});

/** What the link leads to. */
let review: SkillReview;
const skill = (known: Partial<Skill> & { readonly slug: string }): Skill => ({
  ...{
    name: known.slug,
    description: 'Does it.',
    format: 'folder',
    source: 'home',
    agentId: null,
    file: `~/skills/${known.slug}/SKILL.md`,
  },
  ...{ state: 'ready', error: null, requires: { bins: [], env: [] }, userInvocable: true, modelInvocable: true, removable: true },
  ...{ sha256: 'abc', tools: [] },
  ...known,
});
const tool = (known: Partial<SkillTool>): SkillTool => ({
  ...{ name: 'run', description: '', state: 'unbound', by: null, binding: null, suggestion: null },
  ...known,
});

/** The skill routes, as far as the page uses them. */
const answer = ({ method, path, body, pin: given }: FakeRequest): { status: number; body: unknown } | null => {
  const [, slug = '', action = ''] = /^\/api\/v1\/skills(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (!path.startsWith('/api/v1/skills')) return null;
  if (method === 'GET') return { status: 200, body: { skills } };
  asked.push({ line: `${method} ${path}`, body: body.startsWith('{') ? JSON.parse(body) : {}, pin: given });
  const found = skills.find((one) => one.slug === slug) ?? skill({ slug });
  if (method === 'DELETE') {
    skills = skills.filter((one) => one !== found);
    return { status: 200, body: { removed: true } };
  }
  if (action === 'restore') {
    skills = [...skills, found];
    return { status: 200, body: { skill: found } };
  }
  if (slug === 'review') return { status: 200, body: { review: { ...review, url: null } } };
  if (slug === 'install') {
    skills = [skill({ slug: review.slug })];
    return { status: 200, body: { skill: skills[0], replaced: review.replaces } };
  }
  if (slug === 'install-link') {
    const { sha256 } = asked.at(-1)?.body ?? {};
    if (sha256 !== undefined && sha256 !== review.sha256)
      return { status: 409, body: { error: { code: 'SKILL_CHANGED', message: 'Another.', retryable: false, traceId: 't' } } };
    if (sha256 !== undefined) skills = [skill({ slug: review.slug })];
    return { status: 200, body: { review, skill: sha256 === undefined ? null : skill({ slug: review.slug }), replaced: review.replaces } };
  }
  if (pin !== null && given !== pin)
    return { status: 403, body: { error: { code: 'PIN_REQUIRED', message: 'The PIN is needed.', retryable: false, traceId: 't' } } };
  return { status: 200, body: { skill: found } };
};

const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.change(() => app.console.navigation.go('skills'));
  await app.shown(() => expect(app.console.skills.getState().loading).toBe(false));
};
const press = (name: string): Promise<void> => app.change(() => button(name).click());
const fill = (label: string, text: string): Promise<void> => app.change(() => typeInto(field(label), text));
const text = (): string => document.body.textContent ?? '';

describe.each(['en', 'zh-CN'] as const)('the skills page in %s', (language) => {
  it('has nothing for axe to find', async () => {
    skills = [
      skill({ slug: 'pdf', requires: { bins: ['qpdf'], env: [] }, state: 'missing', error: 'needs the program qpdf' }),
      skill({ slug: 'bad', state: 'broken', error: 'It is not JSON', description: '' }),
      skill({ slug: 'deploy', tools: [tool({ suggestion: ['vercel'] }), tool({ name: 'go', state: 'changed' })] }),
    ];
    await open(language);
    await app.shown(() => expect(text()).toContain('@deploy'));
    expect(await app.violations()).toEqual([]);
    await press(language === 'en' ? 'Set up run' : '设置 run');
    for (const kind of ['command', 'script', 'http', 'mcp', 'tool']) {
      await fill(language === 'en' ? 'How it runs' : '运行方式', kind);
      expect(await app.violations()).toEqual([]);
    }
  });
});

describe('the skills page', () => {
  it('says where to put one where there is none, and why they could not be listed', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('No skills yet'));
    gateway.answers.set('GET /api/v1/skills', {
      status: 403,
      body: { error: { code: 'SCOPE_MISSING', message: '', retryable: false, traceId: 't' } },
    });
    await app.change(() => app.console.skills.load());
    expect(text()).toContain('The skills could not be listed');
  });

  it('takes one out, and undoes it', async () => {
    skills = [skill({ slug: 'pdf' })];
    await open();
    await press('Remove pdf');
    await app.shown(() => expect(text()).toContain('“pdf” is removed.'));
    await app.shown(() => expect(text()).not.toContain('@pdf'));
    await press('Undo');
    await app.shown(() => expect(text()).toContain('@pdf'));
    expect(asked.map(({ line }) => line)).toEqual(['DELETE /api/v1/skills/pdf', 'POST /api/v1/skills/pdf/restore']);
  });

  it('begins to set a tool up with what its description suggests, and asks for the PIN', async () => {
    pin = '2468';
    skills = [skill({ slug: 'deploy', tools: [tool({ suggestion: ['vercel', 'deploy'] })] })];
    await open();
    await press('Set up run');
    expect(field('Program and arguments, one a line').value).toBe('vercel\ndeploy');
    await press('Confirm');
    await app.shown(() => expect(field('PIN')).not.toBeNull());
    await fill('PIN', '2468');
    await app.change(() => field('PIN').form?.requestSubmit());
    await app.shown(() => expect(document.querySelector('dialog[open]')).toBeNull());
    const body = { tool: 'run', sha256: 'abc', binding: { kind: 'command', argv: ['vercel', 'deploy'] } };
    expect(asked).toEqual([
      { line: 'POST /api/v1/skills/deploy/bindings', body, pin: undefined },
      { line: 'POST /api/v1/skills/deploy/bindings', body, pin: '2468' },
    ]);
  });

  it('sets a tool up as a call of a service, and takes that back', async () => {
    const binding = { kind: 'http', method: 'GET', url: 'https://api.example/{town}' } as const;
    skills = [skill({ slug: 'weather', tools: [tool({}), tool({ name: 'now', state: 'bound', by: 'user', binding })] })];
    await open();
    expect(text()).toContain('GET https://api.example/{town}');
    await press('Set up run');
    expect(button('Confirm').disabled).toBe(true);
    await fill('How it runs', 'http');
    await fill('Method', 'DELETE');
    await fill('Address', 'http://192.168.0.7/x');
    await fill('Headers, one a line', 'none');
    expect([text().includes('Each line is “Name: value”.'), button('Confirm').disabled]).toEqual([true, true]);
    await fill('Headers, one a line', 'X-Key: ${' + 'keychain:mine}');
    await app.change(() => field('The host is this computer or in a private network').click());
    await press('Confirm');
    await app.shown(() => expect(document.querySelector('dialog[open]')).toBeNull());
    expect(asked[0]?.body.binding).toEqual({
      ...{ kind: 'http', method: 'DELETE', url: 'http://192.168.0.7/x', args: 'query', private: true },
      headers: { 'X-Key': '${' + 'keychain:mine}' },
    });
    await press('Change now');
    expect(field('Address').value).toBe('https://api.example/{town}');
    await press('Take back');
    await app.shown(() => expect(asked[1]?.body).toEqual({ tool: 'now', sha256: 'abc', binding: null }));
  });

  it('installs from a link what was looked at, which can be undone, and nothing else', async () => {
    await open();
    await press('From a link');
    expect(button('Look at it').disabled).toBe(true);
    await fill('Link', ' https://skills.example/pdf.zip ');
    await press('Look at it');
    await app.shown(() => expect(text()).toContain('-old\n+new'));
    for (const shown of [
      'a'.repeat(64),
      'qpdf --check',
      'does not say what it runs',
      'needs the program qpdf',
      '1 file, 1,234 bytes',
      'kept for undo',
    ])
      expect(text()).toContain(shown);
    expect([await app.violations(), skills]).toEqual([[], []]);
    const seen = review;
    review = { ...review, sha256: 'b'.repeat(64) };
    await app.change(() => document.querySelector<HTMLButtonElement>('dialog [type=submit]')?.click());
    await app.shown(() => expect(text()).toContain('Another.'));
    expect([text().includes(seen.sha256), skills]).toEqual([false, []]);
    await press('Look at it');
    await app.shown(() => expect(text()).toContain(review.sha256));
    await app.change(() => document.querySelector<HTMLButtonElement>('dialog [type=submit]')?.click());
    await app.shown(() => expect(text()).toContain('has taken the place of the one before'));
    expect(document.querySelector('dialog[open]')).toBeNull();
    expect(asked.map(({ body }) => body)).toEqual(
      [undefined, seen.sha256, undefined, review.sha256].map((sha256) => ({
        url: review.url,
        ...(sha256 === undefined ? {} : { sha256 }),
      })),
    );
    await press('Undo');
    await app.shown(() => expect(asked.at(-1)?.line).toBe('POST /api/v1/skills/pdf/restore'));
  });

  it('shows what a dropped file would bring, and installs it then', async () => {
    await open();
    const drop = (name: string): Promise<void> =>
      app.change(() => {
        const picker = app.page.querySelector<HTMLInputElement>('input[accept=".zip,.json"]');
        Object.defineProperty(picker, 'files', { configurable: true, value: [new File(['PK'], name)] });
        picker?.dispatchEvent(new Event('change', { bubbles: true }));
      });
    await drop('pdf.zip');
    await app.shown(() => expect(text()).toContain('-old\n+new'));
    expect([text().includes('Install pdf.zip'), skills, await app.violations()]).toEqual([true, [], []]);
    await press('Cancel');
    expect(new Set(asked.map(({ line }) => line))).toEqual(new Set(['POST /api/v1/skills/review']));
    await drop('pdf.zip');
    await app.shown(() => expect(text()).toContain('qpdf --check'));
    await app.change(() => [...document.querySelectorAll<HTMLButtonElement>('dialog button')].at(-1)?.click());
    await app.shown(() => expect(document.querySelector('dialog[open]')).toBeNull());
    expect(asked.at(-1)?.line).toBe('POST /api/v1/skills/install');
    await press('Undo');
    await app.shown(() => expect(asked.at(-1)?.line).toBe('POST /api/v1/skills/pdf/restore'));
  });
});
