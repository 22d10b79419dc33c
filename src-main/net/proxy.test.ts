import { describe, expect, it } from 'vitest';
import { proxySettings } from './proxy.ts';

describe('the proxy', () => {
  it('is none where nobody named one', () => {
    expect(proxySettings({ bypass: ['example.com'] }, { NO_PROXY: 'x' })).toBeNull();
  });
  it("is the environment's, the small letters first, and the configuration's before it", () => {
    const env = { HTTPS_PROXY: 'http://big', https_proxy: 'http://small', NO_PROXY: '.internal' };
    expect(proxySettings({ bypass: [] }, env)).toEqual({
      httpProxy: '',
      httpsProxy: 'http://small',
      noProxy: 'localhost,127.0.0.1,::1,[::1],.internal',
    });
    expect(proxySettings({ url: 'http://ours', bypass: ['a.example'] }, env)).toMatchObject({
      httpProxy: 'http://ours',
      httpsProxy: 'http://ours',
      noProxy: expect.stringContaining('a.example'),
    });
  });
});
