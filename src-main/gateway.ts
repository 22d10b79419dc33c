import * as fs from 'node:fs/promises';
import { AppError } from '../src-shared/app-error.ts';
import type { Config } from '../src-shared/contract/config.ts';
import type { Approval } from '../src-shared/contract/events.ts';
import { routeTo } from '../src-shared/contract/routing.ts';
import { createAgents } from './agents/create-agents.ts';
import { providerKeyName } from './agents/models/resolve-model.ts';
import { requireOutputSchema } from './agents/structured-output.ts';
import { readJsonSchema } from './agents/tools/json-schema.ts';
import { createSkillTools } from './agents/tools/skill-tools.ts';
import { type ApprovalQueue, openApprovals } from './approvals/approval-queue.ts';
import { createApprovalRoutes } from './approvals/approval-routes.ts';
import { createPin } from './approvals/pin.ts';
import { createPinRoutes } from './approvals/pin-routes.ts';
import { createBatches } from './batches/batches.ts';
import { channelOfOwner } from './channels/channel-principal.ts';
import { createChannels } from './channels/create-channels.ts';
import { createHookDoor } from './channels/hook-door.ts';
import { createPluginTools } from './channels/plugin-tools.ts';
import { createConfigRoutes } from './config/config-routes.ts';
import { createConfigService } from './config/config-service.ts';
import { createLiveConfig } from './config/live-config.ts';
import type { Activity, Gateway, GatewayPorts } from './gateway-ports.ts';
import { createLogFeed } from './logs/log-feed.ts';
import { createLogRoutes } from './logs/log-routes.ts';
import { redact, redactIn } from './logs/redact.ts';
import { createMcpDoor } from './mcp/mcp-door.ts';
import { createMcpRoutes } from './mcp/mcp-routes.ts';
import { createMcpServers, isAutoApproved } from './mcp/mcp-servers.ts';
import { createFetchPage } from './net/fetch-page.ts';
import { proxySettings } from './net/proxy.ts';
import { createOpenaiRoutes } from './openai/openai-routes.ts';
import { createReadPictures } from './openai/read-pictures.ts';

import { createMetrics } from './operations/metrics.ts';
import { createRequestRoutes, readRequest } from './operations/request-routes.ts';
import { localPrincipal, type Principal } from './principal.ts';
import { watchActivity } from './sessions/activity.ts';
import { type Brake, createBrake, createBrakeRoutes } from './sessions/brake.ts';
import { readIdempotency } from './sessions/idempotency-key.ts';
import { createMessageRoutes } from './sessions/message-routes.ts';
import { startRetention } from './sessions/retention.ts';
import { createSessionChanges } from './sessions/session-changes.ts';
import { createSessionCredential } from './sessions/session-credential.ts';
import { createSessionDirectory } from './sessions/session-directory.ts';
import { createSessionExport } from './sessions/session-export.ts';
import { createSessionRoutes } from './sessions/session-routes.ts';
import { openStops, requireNoStop } from './sessions/stops.ts';
import { createSubmitMessage } from './sessions/submit-message.ts';
import { answerFromStore, answerWhenDue, createAnswerOf, endFromStore } from './sessions/turn-answer.ts';
import { createTurnEngine } from './sessions/turn-engine.ts';
import { followTurn, replayed } from './sessions/turn-frames.ts';
import { openSkills } from './skills/open-skills.ts';
import { createSkillRoutes } from './skills/skill-routes.ts';
import { createQuotaWatch } from './storage/quota-watch.ts';
import { createTasks } from './tasks/tasks.ts';
import { createOneTimeCodes } from './tokens/one-time-codes.ts';
import { loadSigningKey, rememberedBackend } from './tokens/signing-key.ts';
import { createTokenRoutes } from './tokens/token-routes.ts';
import { createTokenService } from './tokens/token-service.ts';
import { listenAdmin } from './transport/admin-socket.ts';
import { createAuthenticate } from './transport/authenticate.ts';
import { bindRoutes } from './transport/bind-routes.ts';
import { createBodyBudget } from './transport/body-budget.ts';
import { createAddressGuard } from './transport/client-address.ts';
import { createConnectionLimits } from './transport/connection-limits.ts';
import { docsPage } from './transport/docs-page.ts';
import { createKoaApp } from './transport/koa-app.ts';
import { listenDual } from './transport/listen.ts';
import { createMcpRoute } from './transport/mcp-route.ts';
import { openApi } from './transport/openapi.ts';
import { createFailureLimit } from './transport/rate-limit.ts';
import { createSiteGuard } from './transport/site-guard.ts';
import { startingListener, startingUpgrade } from './transport/starting.ts';
import { createStaticConsole } from './transport/static-console.ts';
import { createStatusRoutes } from './transport/status-routes.ts';
import { createWsAdmission } from './transport/ws-admission.ts';
import { createWsFeeds } from './transport/ws-feeds.ts';
import { createWsServer } from './transport/ws-server.ts';
import { pictureType } from './uploads/picture-type.ts';
import { createUploadStore } from './uploads/upload-store.ts';
import { createUploads } from './uploads/uploads.ts';

const ticketLifeMs = 30_000;
const signInLifeMs = 10 * 60_000;

/** THE composition root: every long-lived object is made here and nowhere else. */
export const createGateway = (config: Config, ports: GatewayPorts): Gateway => {
  const { clock, randomBytes, log } = ports;
  const logger = log.logger;
  const startedAt = clock.monotonic();
  const { basePath } = config.gateway;
  /** What has been started, newest last; stopping undoes it in reverse. */
  const undo: (() => Promise<void>)[] = [];
  const signInCodes = createOneTimeCodes<true>({ lifeMs: signInLifeMs, most: 100, clock, randomBytes });
  const tickets = createOneTimeCodes<Principal>({ lifeMs: ticketLifeMs, most: 10_000, clock, randomBytes });
  const live = createLiveConfig(config);
  const limits = createConnectionLimits(() => live.current().gateway.limits);
  const bodies = createBodyBudget(() => live.current().gateway.limits.bodiesMb * 1024 * 1024);
  const followLog = createLogFeed({ log, clock });
  let port = config.gateway.port;
  let stopping: Promise<void> | null = null;
  let mint: (() => Promise<{ token: string; expiresAt: number }>) | null = null;
  let brake: Brake | null = null;
  let changeUi: Gateway['ui']['change'] | null = null;
  let activity: Activity = { turns: 0, stopped: false };
  const watchers = new Set<(activity: Activity) => void>();
  let pendingApprovals: ApprovalQueue['pending'] = () => [];
  const approvalWatchers = new Set<(approval: Approval) => void>();

  const url = (): string => `http://localhost:${port}${basePath}`;
  const createSignInLink = (): { url: string; expiresAt: number } => {
    const { code, expiresAt } = signInCodes.issue(true);
    return { url: `${url()}#sign-in=${code}`, expiresAt };
  };

  const start = async (): Promise<{ port: number; url: string }> => {
    let onRequest = startingListener(randomBytes);
    let onLocalRequest = onRequest;
    let onUpgrade = startingUpgrade;

    if (ports.adminSocket !== null) {
      const admin = await listenAdmin(ports.adminSocket, (request, response) => onLocalRequest(request, response));
      undo.push(admin.close);
    }
    const opening = ports.openDatabase();
    // Looked at below; a port that is taken must not leave this one unhandled.
    opening.catch(() => undefined);
    const listening = await listenDual(config.gateway, {
      onRequest: (request, response) => onRequest(request, response),
      onUpgrade: (request, socket, head) => onUpgrade(request, socket, head),
      onConnection: limits.admit,
    }).catch(async (error: unknown) => {
      await opening.then(({ database }) => database.close()).catch(() => undefined);
      throw error;
    });
    undo.push(listening.close);
    port = listening.port;

    const { database, report } = await opening;
    undo.push(database.close);
    if (report.damagedKeptAs !== null)
      logger.error(
        { source: 'storage' },
        `The database was damaged. It is kept as ${report.damagedKeptAs}, and a new one was begun: earlier sessions and tokens are not in it.`,
      );
    else if (report.uncleanStop)
      logger.warn({ source: 'storage' }, 'The last process did not stop cleanly; the database was checked and is whole.');
    const secrets = await ports.openSecrets(await rememberedBackend(database));
    const signingKey = await loadSigningKey(database, secrets, randomBytes);
    const pin = await createPin({ database, secrets, clock, randomBytes });
    const pluginTools = createPluginTools();
    // A channel may be called as an MCP server is: its user trusts the tools of that one.
    const isOfPlugin = (tool: string): boolean => pluginTools.tools().some(({ name }) => name === tool);
    const approvals = await openApprovals({
      ...{ database, clock, randomBytes, pin },
      security: () => ({
        ...live.current().security,
        isAutoApproved: (tool) => !isOfPlugin(tool) && isAutoApproved(live.current().mcpServers, tool),
      }),
    });
    const tokens = await createTokenService({ database, secrets, clock, randomBytes, pin }, signingKey);
    undo.push(tokens.close);

    const getKey = (name: string): Promise<string | null> => secrets.get(providerKeyName(name));
    const mcpServers = createMcpServers({
      ...{ live, clock, randomBytes, version: ports.version, programs: ports.programs, log: logger, readSchema: readJsonSchema },
      getKey,
    });
    undo.push(mcpServers.close);
    const proxy = proxySettings(config.proxy, ports.env);
    const web = ports.openWeb(proxy);
    const uploadStore = createUploadStore({ fs, folder: ports.uploadsFolder, clock, randomBytes });
    const agents = createAgents({
      ...{ ...ports, database, secrets, live, proxy, mcpServers, pluginTools, uploads: uploadStore, gate: approvals.gate },
      fetchPage: createFetchPage(web),
      // Made below: a turn needs what agents have, and agents hand work to each other as turns.
      engine: { submit: (request) => engine.submit(request), running: () => engine.running() },
      beginSkills: (...turn) => skills.begin(...turn),
    });
    undo.push(agents.close);
    const skills = await openSkills({
      ...{ ...ports, database, live, agents, web, catalog: agents.catalog, openWorkspace: agents.openWorkspace },
      make: createSkillTools({ ...ports, web, getKey }),
    });
    undo.push(async () => skills.close());
    const directory = createSessionDirectory({ database, clock, randomBytes, key: tokens.key });
    const uploads = createUploads(uploadStore, (session, by) =>
      directory.find(session, by).then(
        () => true,
        () => false,
      ),
    );
    const stops = await openStops(database, clock);
    const requireOwner = (id: string): void => {
      const channel = channelOfOwner(id);
      if (channel !== null) channels.requireOn(channel);
      else if (id !== localPrincipal.id) tokens.byId(id);
    };
    const engine = createTurnEngine({
      database,
      clock,
      log: logger,
      sessionsRunning: () => live.current().gateway.limits.sessionsRunning,
      stops,
      requireOwner: (id) => requireOwner(id),
      onSettled: directory.settled,
      runAgent: agents.run,
    });
    brake = createBrake({ stops, engine, log: logger });
    const quota = createQuotaWatch({ database, log: logger, maxMb: config.retention.maxDatabaseMb });
    undo.push(
      startRetention({
        database,
        clock,
        log: logger,
        days: () => live.current().retention.days,
        afterRound: async (sessionsGone) => {
          await quota.look();
          await uploadStore.sweep(sessionsGone > 0, async (id) => (await database.read({ op: 'session.get', id })) !== null);
        },
      }),
    );
    const submit = createSubmitMessage({
      database,
      clock,
      randomBytes,
      engine,
      directory,
      requireAgent: (id) => void agents.get(id),
      defaultAgent: agents.defaultId,
      address: skills.address,
      routeTo: (origin) => routeTo(live.current(), origin),
      uploads: { take: uploads.take, bind: uploadStore.bind },
    });
    let guard = createSiteGuard({ port, ...config.security });
    let addresses = createAddressGuard(config.security.ipAllowlist);
    const configuration = createConfigService(live, ports);
    const channels = createChannels({
      ...{ ...ports, database, secrets, pin, live, configuration, submit, engine, stops, approvals, pluginTools },
      ...{ uploads: uploadStore, readSchema: readJsonSchema, cancelOwner: engine.cancelOwner },
      endOf: (row) => endFromStore(database, row),
    });
    changeUi = async (ui) => void (await configuration.patch({ ui }, async () => {}));
    live.onChange((now) => {
      guard = createSiteGuard({ port, ...now.security });
      addresses = createAddressGuard(now.security.ipAllowlist);
      log.setLevel(now.logs.level);
    });
    const authenticate = createAuthenticate(tokens, createFailureLimit(clock));
    const exportSession = createSessionExport({ database, clock, redact, redactIn });
    const sessionChanges = createSessionChanges({ database, clock, engine, directory });
    const sessionRoutes = createSessionRoutes({ database, engine, directory, changes: sessionChanges, exportSession });
    const batches = createBatches({
      database,
      clock,
      randomBytes,
      log: logger,
      engine,
      submit,
      readIdempotency,
      answerOf: createAnswerOf(database, directory),
      sessionsRunning: () => live.current().gateway.limits.sessionsRunning,
      requireAgent: (id) => void agents.get(id),
      defaultAgent: agents.defaultId,
      holder: (id) => (id === localPrincipal.id ? localPrincipal : tokens.byId(id)),
      onEnd: tokens.onEnd,
    });
    stops.onChange(batches.wake);
    const tasks = createTasks({
      database,
      clock,
      randomBytes,
      log: logger,
      secrets,
      engine,
      directory,
      submit,
      requireAgent: (id) => void agents.get(id),
      defaultAgent: agents.defaultId,
      holder: (id) => (id === localPrincipal.id ? localPrincipal : tokens.byId(id)),
      counting: authenticate.counting,
      onTokenEnded: tokens.onEnded,
    });
    const metrics = createMetrics({
      clock,
      database,
      engine,
      version: ports.version,
      startedAt,
      openConnections: limits.open,
      bodyBytes: bodies.held,
      openWebSockets: () => ws.size(),
      process,
    });
    const mcpDoor = createMcpDoor({
      ...{ ...sessionRoutes, submit, clock, version: ports.version },
      answerOf: (turn, wait) => answerWhenDue(turn, turn.request.session.id, wait),
    });
    const app = createKoaApp({
      doors: [createMcpRoute({ door: mcpDoor, authenticate, bodies, basePath })],
      log: logger,
      clock,
      randomBytes,
      limits,
      guard: () => guard,
      addresses: () => addresses,
      answered: metrics.answered,
      router: bindRoutes(
        {
          ...createStatusRoutes({
            config: live.current,
            configProblems: () => [...configuration.problems(), ...configuration.skipped()],
            channelStates: channels.states,
            quotaWarning: quota.warning,
            warnings: () => [...agents.warnings(), ...mcpServers.warnings()],
            ports,
            engine,
            stops,
            agents,
            models: agents.models,
            secrets,
            startedAt,
            ready: () => stopping === null,
          }),
          ...createMessageRoutes({ database, engine, directory, submit, requireOutputSchema }),
          ...createBrakeRoutes(brake, stops),
          ...sessionRoutes,
          ...batches.routes,
          ...tasks.routes,
          ...createHookDoor({ tasks: tasks.routes, channels }),
          ...agents.routes,
          ...uploads.routes,
          ...createConfigRoutes(configuration, pin.require),
          ...channels.routes,
          ...createTokenRoutes({ tokens, tickets, signInCodes, createSignInLink, refused: authenticate.refused }),
          ...createPinRoutes(pin),
          ...createSkillRoutes({ skills, pin }),
          ...createApprovalRoutes({ database, approvals }),
          ...createMcpRoutes({
            ...{ servers: mcpServers, clock, security: () => live.current().security, requirePin: pin.require },
            requireNoStop: (ownerId) => requireNoStop(stops, ownerId),
          }),
          ...createLogRoutes({ log, follow: followLog }),
          ...createRequestRoutes({
            database,
            engine,
            clock,
            answerOf: async (row) => (await answerFromStore(database, row, row.sessionId)).body,
            bodies: () => live.current().retention.requestBodies,
          }),
          getMetrics: async () => ({ raw: { type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics.text() } }),
          ...createOpenaiRoutes({
            agents,
            toolNames: (agentId) => agents.catalog.tools(agents.get(agentId)).map(({ name }) => name),
            requireSchema: requireOutputSchema,
            readPictures: createReadPictures({ http: web, pictureType }),
            keepPicture: async ({ mediaType, base64 }, by) => (await uploads.keep(mediaType, Buffer.from(base64, 'base64'), by)).id,
            clock,
            submit,
            readIdempotency,
            endOf: (row) => endFromStore(database, row),
          }),
        },
        { authenticate, bodies, basePath },
      ),
      basePath,
      pages: createStaticConsole(ports.consoleFolder, basePath, {
        docs: () => ({ type: 'text/html; charset=utf-8', body: docsPage(url()) }),
        'openapi.json': () => ({ type: 'application/json', body: JSON.stringify(openApi(ports.version, url())) }),
      }),
    });
    const sessionCredential = createSessionCredential({ database, clock, directory, engine });
    const ws = createWsServer({
      database,
      clock,
      randomBytes,
      log: logger,
      engine,
      directory,
      submit,
      approvals,
      authenticate,
      admission: createWsAdmission({ authenticate, tickets, sessions: sessionCredential }),
      sessions: sessionCredential,
      limits,
      guard: () => guard,
      addresses: () => addresses,
      perToken: () => live.current().gateway.limits.perToken,
      path: `${basePath}ws`,
      feeds: createWsFeeds({
        clock,
        channels,
        approvals,
        followLog,
        engine,
        stops,
        database,
        sessionChanges,
        requestRow: (messageId) => readRequest(database, messageId),
        view: sessionRoutes.view,
      }),
      follow: followTurn,
      replayed,
    });
    undo.push(async () => {
      await ws.close();
      const parked = [batches.stop(), tasks.stop()];
      await engine.stop();
      await Promise.all(parked);
    });
    undo.push(ports.pluginHost.close);
    // Before the turns end: what is heard after that would wait for the next start.
    undo.push(channels.close);
    tokens.onEnded(engine.cancelOwner);
    mint = async () => {
      const { row, secret } = await tokens.mintConsole();
      return { token: secret, expiresAt: row.expiresAt };
    };
    await engine.recover();
    await batches.start();
    tasks.start();
    channels.start();
    watchActivity(engine, stops, (next) => {
      activity = next;
      for (const listener of watchers) listener(next);
    });
    pendingApprovals = approvals.pending;
    approvals.onChange((approval) => {
      for (const listener of approvalWatchers) listener(approval);
    });

    onRequest = app({ local: false });
    onLocalRequest = app({ local: true });
    onUpgrade = ws.onUpgrade;
    mcpServers.start();
    skills.warm();
    const unwatch = configuration.watch();
    undo.push(async () => unwatch());
    for (const problem of ports.configProblems)
      logger.warn({ source: 'config' }, `config.json, ${problem} (the last good configuration is in force)`);
    logger.info({ source: 'gateway', port, version: ports.version }, `gateway listening on ${url()}`);
    return { port, url: url() };
  };

  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) {
      // One part that cannot close must not keep the others open.
      await step().catch((error: unknown) => logger.error({ source: 'gateway', err: error }, 'a part of the gateway did not close'));
    }
    await log.close();
  };

  const started = <T>(part: T | null): T => {
    if (part === null || stopping) throw new AppError(stopping ? 'GATEWAY_STOPPING' : 'GATEWAY_STARTING');
    return part;
  };

  return {
    start: async () => {
      try {
        return await start();
      } catch (error) {
        stopping ??= stop();
        await stopping;
        throw error;
      }
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
    mintConsoleToken: async () => started(mint)(),
    createSignInLink,
    activity: () => activity,
    onActivity: (listener) => {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    approvals: {
      pending: () => pendingApprovals(),
      onChange: (listener) => {
        approvalWatchers.add(listener);
        return () => approvalWatchers.delete(listener);
      },
    },
    ui: {
      current: () => live.current().ui,
      onChange: (listener) => live.onChange((now, before) => now.ui !== before.ui && listener()),
      change: async (ui) => started(changeUi)(ui),
    },
    brake: {
      pull: async () => void (await started(brake).pull({ what: 'all' })),
      release: async () => started(brake).release({ what: 'all' }),
    },
  };
};
