import type { Door } from '../../src-shared/contract/routes/operations.ts';
import type { Clock } from '../gateway-ports.ts';
import type { TurnOutcome } from '../sessions/turn.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database } from '../storage/database.ts';
import { createHistogram, type Family, type Histogram, prometheusText } from './prometheus-text.ts';

type MetricsPorts = {
  readonly clock: Clock;
  readonly database: Database;
  readonly engine: Pick<TurnEngine, 'onChange' | 'queue'>;
  readonly version: string;
  /** Monotonic, ms. */
  readonly startedAt: number;
  readonly openConnections: () => number;
  /** What the bodies of requests under way take. */
  readonly bodyBytes: () => number;
  readonly openWebSockets: () => number;
  readonly process: Pick<NodeJS.Process, 'cpuUsage' | 'memoryUsage'>;
};

/** What Prometheus is told: counted from the start of this process, in base units (seconds, bytes, US dollars). */
export type Metrics = {
  /** An HTTP request was answered. `route`: the row's path, never the address itself, which anyone can make up. */
  readonly answered: (method: string, route: string, status: number) => void;
  readonly text: () => Promise<string>;
};

/** Seconds; a turn is anything from a local answer to many tool calls. */
const turnBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export const createMetrics = (ports: MetricsPorts): Metrics => {
  const { clock, engine } = ports;
  const requests = createTally(['method', 'route', 'status']);
  const turns = createTally(['via', 'status']);
  const tools = createTally(['tool', 'status']);
  const durations = new Map<Door, Histogram>();
  const tokens = { input: 0, output: 0 };
  let costUsd = 0;

  const count = (via: Door, outcome: TurnOutcome): void => {
    // It goes on at the next start, or was never there.
    if (outcome.status === 'parked' || outcome.status === 'dropped') return;
    turns.add([via, outcome.status]);
    for (const call of outcome.toolCalls) tools.add([call.name, call.status]);
    const histogram = durations.get(via) ?? createHistogram(turnBounds);
    durations.set(via, histogram);
    histogram.observe(outcome.durationMs / 1000);
    tokens.input += outcome.usage.inputTokens;
    tokens.output += outcome.usage.outputTokens;
    costUsd += outcome.usage.costUsd;
  };
  engine.onChange((turn, ended) => {
    if (ended) void turn.outcome.then((outcome) => count(turn.request.via, outcome));
  });

  const families = (databaseBytes: number): readonly Family[] => {
    const { running, waiting } = engine.queue();
    const cpu = ports.process.cpuUsage();
    const gauge = (name: string, help: string, value: number): Family => ({ type: 'gauge', name, help, samples: [{ value }] });
    return [
      { type: 'gauge', name: 'openclaw_info', help: 'The version that runs.', samples: [{ labels: { version: ports.version }, value: 1 }] },
      gauge('openclaw_uptime_seconds', 'Since the gateway started.', (clock.monotonic() - ports.startedAt) / 1000),
      { type: 'counter', name: 'openclaw_http_requests_total', help: 'HTTP requests answered.', samples: requests.samples() },
      { type: 'counter', name: 'openclaw_turns_total', help: 'Turns ended, by door and end.', samples: turns.samples() },
      {
        type: 'histogram',
        name: 'openclaw_turn_duration_seconds',
        help: 'From the message to the end of its turn.',
        series: [...durations].map(([via, histogram]) => ({ labels: { via }, histogram })),
      },
      {
        type: 'counter',
        name: 'openclaw_model_tokens_total',
        help: 'Tokens that models were sent and gave.',
        samples: Object.entries(tokens).map(([direction, value]) => ({ labels: { direction }, value })),
      },
      {
        type: 'counter',
        name: 'openclaw_model_cost_usd_total',
        help: 'By the prices in the configuration.',
        samples: [{ value: costUsd }],
      },
      { type: 'counter', name: 'openclaw_tool_calls_total', help: 'Tool calls ended.', samples: tools.samples() },
      gauge('openclaw_turns_running', 'Turns at work.', running),
      gauge('openclaw_turns_waiting', 'Turns that wait for their session or a free place.', waiting),
      gauge('openclaw_connections_open', 'Open sockets, HTTP and WebSocket.', ports.openConnections()),
      gauge('openclaw_websockets_open', 'Open WebSockets.', ports.openWebSockets()),
      gauge('openclaw_request_body_bytes', 'What counts of the bodies of requests under way.', ports.bodyBytes()),
      gauge('openclaw_database_bytes', 'The database and its write-ahead log.', databaseBytes),
      gauge('process_resident_memory_bytes', 'Resident memory of this process.', ports.process.memoryUsage().rss),
      {
        type: 'counter',
        name: 'process_cpu_seconds_total',
        help: 'User and system CPU time of this process.',
        samples: [{ value: (cpu.user + cpu.system) / 1e6 }],
      },
    ];
  };

  return {
    answered: (method, route, status) => requests.add([method, route, String(status)]),
    text: async () => prometheusText(families(await ports.database.read({ op: 'storage.size' }))),
  };
};

/** Counts by a few labels, whose values are from short lists. */
const createTally = (labels: readonly string[]) => {
  const counts = new Map<string, { readonly values: readonly string[]; count: number }>();
  return {
    add: (values: readonly string[]): void => {
      const key = values.join('\0');
      const entry = counts.get(key) ?? { values, count: 0 };
      entry.count += 1;
      counts.set(key, entry);
    },
    samples: () =>
      [...counts.values()].map(({ values, count }) => ({
        labels: Object.fromEntries(labels.map((label, i) => [label, values[i] ?? ''])),
        value: count,
      })),
  };
};
