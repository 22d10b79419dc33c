import type { HookPreset } from '../../../src-shared/contract/rest.ts';

/** A call of a webhook that runs as it stands in a shell, signed as its sender signs. */
export const hookCurl = (preset: HookPreset, url: string, secret: string): string =>
  [`SECRET='${secret}'`, `BODY='{"hello":"world"}'`, ...signing[preset], `curl -X POST '${url}' \\`, ...headers[preset], ...body].join(
    '\n',
  );

const body = [`  -H 'Content-Type: application/json' \\`, '  -d "$BODY"'];

const signing: Readonly<Record<HookPreset, readonly string[]>> = {
  github: [`SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/^.* //')`],
  gitlab: [],
  alertmanager: [],
  'standard-webhooks': [
    'ID=msg_$(date +%s) TIME=$(date +%s)',
    `KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
    'SIGNATURE=$(printf %s "$ID.$TIME.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)',
  ],
};

const headers: Readonly<Record<HookPreset, readonly string[]>> = {
  github: [
    `  -H 'X-GitHub-Event: ping' \\`,
    `  -H "X-GitHub-Delivery: $(date +%s)" \\`,
    '  -H "X-Hub-Signature-256: sha256=$SIGNATURE" \\',
  ],
  gitlab: [`  -H 'X-Gitlab-Event: Push Hook' \\`, '  -H "X-Gitlab-Token: $SECRET" \\'],
  alertmanager: ['  -H "Authorization: Bearer $SECRET" \\'],
  'standard-webhooks': ['  -H "webhook-id: $ID" \\', '  -H "webhook-timestamp: $TIME" \\', '  -H "webhook-signature: v1,$SIGNATURE" \\'],
};
