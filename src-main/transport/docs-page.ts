import * as z from 'zod';
import { type Route, routes } from '../../src-shared/contract/rest.ts';
import { clientFrameSchema, serverFrameSchema } from '../../src-shared/contract/ws.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { scopes } from '../../src-shared/models/scope.ts';

/** `/docs`: the contract as one page, made from the same tables that the gateway runs by. No script. */
export const docsPage = (url: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>OpenClaw gateway API</title>
<style>:root{color-scheme:light dark}body{font:15px/1.55 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #8884;padding:.35rem .6rem;text-align:left;vertical-align:top}code,pre{font:13px/1.5 ui-monospace,monospace}pre{background:#8881;padding:.8rem;border-radius:6px;overflow:auto}summary{cursor:pointer}</style>
<h1>OpenClaw gateway API</h1>
<p>Base address <code>${escapeHtml(url)}</code> · machine-readable: <a href="openapi.json">openapi.json</a></p>
<pre>openclaw token create --name my-client --expires-in 30d
curl -X POST ${escapeHtml(url)}api/v1/messages -H "Authorization: Bearer &lt;token&gt;" -H "Content-Type: application/json" -d '{"content":"hello"}'</pre>
<h2>REST</h2>
<table><tr><th>method, path<th>scope<th>answers<th>does</tr>${Object.values(routes as Record<string, Route>)
  .map(routeRow)
  .join('')}</table>
<h2>WebSocket <code>/ws</code></h2>
<details><summary>client → gateway</summary><pre>${schemaText(clientFrameSchema)}</pre></details>
<details><summary>gateway → client</summary><pre>${schemaText(serverFrameSchema)}</pre></details>
<h2>Scopes</h2>
<table>${Object.entries(scopes)
  .map(([scope, says]) => `<tr><td><code>${scope}</code><td>${escapeHtml(says)}</tr>`)
  .join('')}</table>
<h2>Errors</h2>
<p>Everywhere <code>{"error":{"code","message","retryable","hint"?,"retryAfterMs"?,"details"?,"traceId"}}</code>; under <code>/v1</code> with <code>type</code> and <code>param</code> as well.</p>
<table><tr><th>code<th>HTTP<th>WebSocket<th>retryable<th>says</tr>${Object.entries(errorCodes)
  .map(
    ([code, row]) =>
      `<tr><td><code>${code}</code><td>${row.status}<td>${row.ws === 'frame' ? 'error frame' : `close ${row.ws}`}<td>${row.retryable ? 'yes' : 'no'}<td>${escapeHtml(row.says)}</tr>`,
  )
  .join('')}</table>
</html>`;

const routeRow = (route: Route): string =>
  `<tr><td><code>${route.method} ${escapeHtml(route.path)}</code>${route.body ? `<details><summary>body</summary><pre>${schemaText(route.body)}</pre></details>` : ''}<td>${route.auth === 'open' ? '–' : route.auth === 'optional' ? 'optional' : `<code>${route.scope ?? 'any token'}</code>`}<td>${Object.keys(route.answers).join(' ')}<td>${escapeHtml(route.summary)}${route.pin ? `<br>asks for the PIN (header <code>X-OpenClaw-Pin</code>) where one is set: ${escapeHtml(route.pin)}` : ''}</tr>`;

const schemaText = (schema: z.ZodType): string =>
  escapeHtml(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), null, 2));

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char);
