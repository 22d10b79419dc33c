/** @typedef {import('./measure/turns.mjs').Cell} Cell */
/** @typedef {{name: string, target: string, measured: string, reached: boolean, missedBy: string}} Verdict */
/** @typedef {Awaited<ReturnType<typeof import('./run-phases.mjs').runPhases>>} Figures */

const surfaces = /** @type {const} */ (['rest', 'sse', 'v1', 'v1-stream', 'ws', 'ws-stream']);

/** @param {number} value @param {number} [digits] */
const show = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** @param {Figures} figures @returns {Verdict[]} */
export const judge = ({ cells, fdatasync, start, memory, loop, tools, installedPlugins, plugins, history }) => {
  const cell = (/** @type {Cell['kind']} */ kind, /** @type {number} */ concurrency) => {
    const found = cells.find((candidate) => candidate.kind === kind && candidate.concurrency === concurrency);
    if (!found) throw new Error(`no figures for ${kind} at ${concurrency}`);
    return found;
  };
  const straight = cell('straight', 1);
  const after2 = memory.after[0]?.mb ?? Number.NaN;
  const after10 = memory.after[1]?.mb ?? Number.NaN;
  return [
    ...surfaces.map((kind) => most(`added p50, ${kind}`, cell(kind, 1).p50 - straight.p50, 1.5 + fdatasync.p50, 'ms')),
    ...surfaces.map((kind) => most(`added p95, ${kind}`, cell(kind, 1).p95 - straight.p95, 6, 'ms')),
    ...surfaces.flatMap((kind) => {
      const { first } = cell(kind, 1);
      return first === null ? [] : [most(`first token added, ${kind}`, first - (straight.first ?? 0), 1.5, 'ms')];
    }),
    ...surfaces.map((kind) => least(`turns/s at 8, ${kind}`, cell(kind, 8).perSecond, 1100)),
    ...surfaces.map((kind) => most(`CPU a turn at 8, ${kind}`, cell(kind, 8).cpu ?? Number.NaN, 1, 'ms')),
    most('start, headless', start.ms, 350, 'ms', 0),
    most('start against bare node:http', start.ms / start.bareMs, 6, '×'),
    most('resident, idle', memory.idle, 105, 'MB', 0),
    most('resident, most under load', memory.peak, 250, 'MB', 0),
    most(`resident after ${memory.after[1]?.turns} turns against ${memory.after[0]?.turns}`, after10 / after2, 1.1, '×'),
    most('heap in use, the same', (memory.after[1]?.inUseMb ?? Number.NaN) / (memory.after[0]?.inUseMb ?? Number.NaN), 1.1, '×'),
    ...loop.map(({ concurrency, p99 }) => most(`event-loop delay p99 at ${concurrency}`, p99, 10, 'ms')),
    most('a turn with a tool call against one without', tools.withTool.p50 / tools.without.p50, 2, '×'),
    most(`start added by ${tools.skills.count} skills`, tools.skills.startMs.with - tools.skills.startMs.without, 30, 'ms', 0),
    most(`bytes of a request added by ${tools.skills.count} skills`, tools.skills.bytes.with - tools.skills.bytes.without, 4_096, 'B', 0),
    most(
      `start added by ${installedPlugins.installed} plugins, ${installedPlugins.running} running`,
      installedPlugins.startMs.with - installedPlugins.startMs.without,
      50,
      'ms',
      0,
    ),
    most('start of a plugin', plugins.startMs, 150, 'ms', 0),
    most('round trip to a plugin, p50', plugins.roundTrip.p50, 0.2, 'ms'),
    most('a plugin, idle, over bare node', plugins.idleMb, 20, 'MB', 1),
    most('a channel: from its plugin to a turn, p50', plugins.channel.inbound.p50, 10, 'ms'),
    least('a channel: messages sent in a second', plugins.channel.drained, 2_000),
    ...plugins.nuisances.map(({ deed, othersP95 }) => most(`p95 of others, plugin: ${deed}`, othersP95, 1.2, '×')),
    ...history.rows.flatMap(({ name, p95, targetMs }) => (targetMs === null ? [] : [most(`p95, ${name}`, p95, targetMs, 'ms')])),
    most('a piece of a purge, longest', history.purge.max, 50, 'ms', 1),
  ];
};

/** @param {string} name @param {number} value @param {number} limit @param {string} unit @param {number} [digits] @returns {Verdict} */
const most = (name, value, limit, unit, digits = 2) => ({
  name,
  target: `≤ ${show(limit, digits)} ${unit}`,
  measured: `${show(value, digits)} ${unit}`,
  reached: value <= limit,
  missedBy: value <= limit ? '' : `${show(value - limit, digits)} ${unit}`,
});

/** @param {string} name @param {number} value @param {number} limit @returns {Verdict} */
const least = (name, value, limit) => ({
  name,
  target: `≥ ${limit}`,
  measured: show(value, 0),
  reached: value >= limit,
  missedBy: value >= limit ? '' : `${show(limit - value, 0)}`,
});

/** @param {Figures} figures @param {readonly Verdict[]} verdicts */
export const report = (
  { cells, fdatasync, start, desktop, memory, sockets, loop, tools, installedPlugins, plugins, spreadPackets, history },
  verdicts,
) => {
  const straightAt = new Map(cells.filter(({ kind }) => kind === 'straight').map((cell) => [cell.concurrency, cell]));
  const added = (/** @type {Cell} */ cell, /** @type {'p50' | 'p95' | 'first'} */ what) => {
    const base = straightAt.get(cell.concurrency)?.[what] ?? null;
    const own = cell[what];
    return base === null || own === null || cell.kind === 'straight' || cell.kind === 'echo' ? '' : show(own - base);
  };
  const rows = cells.map((cell) => [
    `${cell.kind} at ${cell.concurrency}`,
    show(cell.perSecond, 0),
    show(cell.p50),
    show(cell.p95),
    cell.first === null ? '' : show(cell.first),
    added(cell, 'p50'),
    added(cell, 'p95'),
    added(cell, 'first'),
    cell.cpu === null ? '' : show(cell.cpu),
    show(cell.othersCpu),
  ]);
  const heads = ['turns (ms)', 'turns/s', 'p50', 'p95', 'first', '+p50', '+p95', '+first', 'CPU/turn', 'others'];
  const lines = [
    ...table(heads, rows),
    '',
    `fdatasync of this disk    p50 ${show(fdatasync.p50)} ms, p95 ${show(fdatasync.p95)} ms`,
    ...('notMeasured' in spreadPackets
      ? []
      : [
          `one packet for each chunk ${spreadPackets.rest.perSecond.toFixed(0)} turns/s through REST at 8, CPU ${show(spreadPackets.cpu)} ms a turn (straight ${spreadPackets.straight.perSecond.toFixed(0)}/s)`,
        ]),
    `start                     headless ${show(start.ms, 0)} ms, bare node:http ${show(start.bareMs, 0)} ms; desktop ${'ms' in desktop ? `${show(desktop.ms, 0)} ms` : `not measured: ${desktop.notMeasured}`}`,
    `resident                  idle ${show(memory.idle, 0)} MB, ${memory.after.map(({ turns, mb, inUseMb }) => `after ${turns} turns ${show(mb, 0)} MB (heap in use ${show(inUseMb, 0)})`).join(', ')}, most ${show(memory.peak, 0)} MB`,
    'notMeasured' in sockets
      ? `idle sockets              not measured: ${sockets.notMeasured}`
      : `${sockets.sockets} idle sockets         ${show(sockets.kbEach, 1)} kB each (${show(sockets.before, 0)} → ${show(sockets.held, 0)} MB), opened in ${show(sockets.openedMs / 1000, 1)} s; beside them ${show(sockets.perSecondBeside, 0)} turns/s at 8, p50 ${show(sockets.p50Beside)} ms`,
    ...loop.map(
      ({ concurrency, p50, p99, max }) =>
        `event-loop delay at ${String(concurrency).padEnd(5)} p50 ${show(p50)} ms, p99 ${show(p99)} ms, most ${show(max)} ms`,
    ),
    `tools                     p50 of a turn ${show(tools.without.p50)} ms, with a tool call ${show(tools.withTool.p50)} ms; straight to the upstream ${show(tools.straight.p50)} ms a request`,
    `${tools.skills.count} skills                 start ${show(tools.skills.startMs.with, 0)} ms, without ${show(tools.skills.startMs.without, 0)} ms; a request has ${tools.skills.bytes.with} B, without ${tools.skills.bytes.without} B`,
    `${installedPlugins.installed} plugins               start ${show(installedPlugins.startMs.with, 0)} ms with ${installedPlugins.running} of them running, without ${show(installedPlugins.startMs.without, 0)} ms`,
    `plugins                   start ${show(plugins.startMs, 0)} ms, round trip p50 ${show(plugins.roundTrip.p50)} ms, p95 ${show(plugins.roundTrip.p95)} ms; idle ${show(plugins.idleMb, 1)} MB over bare node (${show(plugins.bareMb, 1)} MB)`,
    `a channel                 to a turn p50 ${show(plugins.channel.inbound.p50)} ms, p95 ${show(plugins.channel.inbound.p95)} ms (a bare commit ${show(plugins.channel.commit.p50)} ms); sends ${show(plugins.channel.drained, 0)}/s (its plugin alone ${show(plugins.channel.bare, 0)}/s)`,
    ...[{ deed: 'nothing', ...plugins.quiet }, ...plugins.nuisances].map(
      ({ deed, p99, cpu }) =>
        `  that does: ${deed.padEnd(14)} its host has event-loop delay p99 ${show(p99)} ms, CPU ${show(cpu * 100, 0)} % of a core`,
    ),
    '',
    ...table([`${history.messages} messages (ms)`, 'p50', 'p95', 'max', 'p95 × base'], historyRows(history)),
    `built in ${show(history.builtMs / 1000, 0)} s, ${show(history.mb, 0)} MB`,
    '',
    ...table(
      ['what', 'target', 'measured', 'verdict'],
      verdicts.map(({ name, target, measured, reached, missedBy }) => [
        name,
        target,
        measured,
        reached ? 'reached' : `missed by ${missedBy}`,
      ]),
    ),
  ];
  return `${lines.join('\n')}\n`;
};

/** @param {Figures['history']} history */
const historyRows = ({ baseline, rows, purge }) => [
  ...[baseline, ...rows].map(({ name, p50, p95, max }) => [name, show(p50), show(p95), show(max), show(p95 / baseline.p95, 1)]),
  ['a piece of a purge, 100 rows', show(purge.p50), show(purge.p95), show(purge.max), show(purge.p95 / baseline.p95, 1)],
];

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
const table = (heads, rows) => {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(heads), ...rows.map(line)];
};
