/** Where the gateway is, and a token of it. */
export type SnippetFacts = { readonly baseUrl: string; readonly secret: string };

export type Snippet = {
  readonly id: 'curl' | 'node' | 'python' | 'openai-node' | 'openai-python';
  /** A proper name, the same in every language. */
  readonly label: string;
  readonly language: string;
  readonly code: (facts: SnippetFacts) => string;
};

/** curl first. */
type Snippets = readonly [curl: Snippet, ...others: Snippet[]];

const question = 'Hello, what can you do?';

const api = ({ baseUrl }: SnippetFacts, path: string): string => new URL(path, baseUrl).href;
const socket = (facts: SnippetFacts): string => api(facts, 'ws').replace(/^http/, 'ws');

const openaiNode: Snippet = {
  id: 'openai-node',
  label: 'OpenAI · Node',
  language: 'javascript',
  code: (facts) => `// npm install openai; save as openclaw.mjs; node openclaw.mjs
import OpenAI from 'openai';

const openai = new OpenAI({
  baseURL: '${api(facts, 'v1')}',
  apiKey: '${facts.secret}',
});
const completion = await openai.chat.completions.create({
  model: 'openclaw',
  messages: [{ role: 'user', content: '${question}' }],
});
console.log(completion.choices[0].message.content);
`,
};

const openaiPython: Snippet = {
  id: 'openai-python',
  label: 'OpenAI · Python',
  language: 'python',
  code: (facts) => `# pip install openai
from openai import OpenAI

openai = OpenAI(
    base_url="${api(facts, 'v1')}",
    api_key="${facts.secret}",
)
completion = openai.chat.completions.create(
    model="openclaw",
    messages=[{"role": "user", "content": "${question}"}],
)
print(completion.choices[0].message.content)
`,
};

const bearer: Snippets = [
  {
    id: 'curl',
    label: 'curl',
    language: 'bash',
    code: (facts) => `curl -X POST ${api(facts, 'api/v1/messages')} \\
  -H "Authorization: Bearer ${facts.secret}" \\
  -H "Content-Type: application/json" \\
  -d '{ "content": "${question}" }'
`,
  },
  {
    id: 'node',
    label: 'Node',
    language: 'javascript',
    code: (facts) => `// npm install ws; save as openclaw.mjs; node openclaw.mjs
import WebSocket from 'ws';

const token = '${facts.secret}';
const ws = new WebSocket('${socket(facts)}', {
  headers: { Authorization: \`Bearer \${token}\` },
});

ws.on('open', () => ws.send(JSON.stringify({ type: 'message', content: '${question}', channel: 'api' })));
ws.on('message', (data) => {
  const { type, content } = JSON.parse(data);
  console.log(\`\${type}: \${content}\`);
  if (type === 'response' || type === 'error') ws.close();
});
ws.on('error', (error) => console.error(error.message));
`,
  },
  {
    id: 'python',
    label: 'Python',
    language: 'python',
    code: (facts) => `# pip install websocket-client
import json
import websocket

token = "${facts.secret}"


def on_open(ws):
    ws.send(json.dumps({"type": "message", "content": "${question}", "channel": "api"}))


def on_message(ws, text):
    frame = json.loads(text)
    print(f"{frame['type']}: {frame['content']}")
    if frame["type"] in ("response", "error"):
        ws.close()


websocket.WebSocketApp(
    "${socket(facts)}",
    header=[f"Authorization: Bearer {token}"],
    on_open=on_open,
    on_message=on_message,
    on_error=lambda ws, error: print(error),
).run_forever()
`,
  },
  openaiNode,
  openaiPython,
];

/** An API key opens no WebSocket: the same question over HTTP, with nothing to install. */
const apiKey: Snippets = [
  {
    id: 'curl',
    label: 'curl',
    language: 'bash',
    code: (facts) => `curl -X POST ${api(facts, 'api/v1/messages')} \\
  -H "X-API-Key: ${facts.secret}" \\
  -H "Content-Type: application/json" \\
  -d '{ "content": "${question}" }'
`,
  },
  {
    id: 'node',
    label: 'Node',
    language: 'javascript',
    code: (facts) => `// save as openclaw.mjs; node openclaw.mjs
const response = await fetch('${api(facts, 'api/v1/messages')}', {
  method: 'POST',
  headers: { 'X-API-Key': '${facts.secret}', 'Content-Type': 'application/json' },
  body: JSON.stringify({ content: '${question}' }),
});
const { finalReply, error } = await response.json();
console.log(error ? error.message : finalReply);
`,
  },
  {
    id: 'python',
    label: 'Python',
    language: 'python',
    code: (facts) => `import json
import urllib.request

request = urllib.request.Request(
    "${api(facts, 'api/v1/messages')}",
    data=json.dumps({"content": "${question}"}).encode(),
    headers={"X-API-Key": "${facts.secret}", "Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response)["finalReply"])
`,
  },
  openaiNode,
  openaiPython,
];

/** Programs that run as they stand once they are filled in. */
export const snippets = { bearer, 'api-key': apiKey } as const;

/** What stands for the secret where it is not to be seen: enough of it to tell which one. */
export const mask = (secret: string): string => `${secret.slice(0, secret.startsWith('ock_') ? 4 : 3)}••••••••${secret.slice(-4)}`;
