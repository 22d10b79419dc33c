import * as z from 'zod';
import { errorBodySchema, type Route, routes } from '../../src-shared/contract/rest.ts';
import { openaiErrorSchema } from '../../src-shared/contract/routes/openai.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';

/** `/openapi.json`, made from the contract table. */
export const openApi = (version: string, server: string): Record<string, unknown> => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, route] of Object.entries(routes) as [string, Route][]) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(id, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'OpenClaw gateway', version, description: 'See /docs for the WebSocket at /ws and the error table.' },
    servers: [{ url: server }],
    paths,
    components: {
      schemas: { Error: jsonSchema(errorBodySchema, 'output'), OpenAIError: jsonSchema(openaiErrorSchema, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
    'x-error-codes': errorCodes,
  };
};

const operation = (id: string, route: Route): Record<string, unknown> => ({
  operationId: id,
  summary: route.summary,
  security: { open: [], optional: [{}, { bearer: [] }], bearer: [{ bearer: [] }], key: [{ bearer: [] }, { apiKey: [] }] }[route.auth],
  ...(route.scope ? { 'x-scope': route.scope } : {}),
  parameters: [
    ...parameters('path', route.params),
    ...parameters('query', route.query),
    ...(route.pin
      ? [
          {
            name: 'X-OpenClaw-Pin',
            in: 'header',
            required: false,
            schema: { type: 'string' },
            description: `where a PIN is set: ${route.pin}`,
          },
        ]
      : []),
  ],
  ...(route.body || route.reads ? { requestBody: { required: true, content: contentOf(route) } } : {}),
  responses: {
    ...Object.fromEntries(
      Object.entries(route.answers).map(([status, schema]) => [
        status,
        {
          description: route.summary,
          content: {
            ...(route.media
              ? Object.fromEntries(route.media.map((type) => [type, { schema: { type: 'string' } }]))
              : { 'application/json': { schema: jsonSchema(schema, 'output') } }),
            ...(route.stream ? { 'text/event-stream': { schema: { type: 'string' } } } : {}),
          },
        },
      ]),
    ),
    default: {
      description: 'an error',
      content: {
        'application/json': { schema: { $ref: `#/components/schemas/${route.path.startsWith('/v1/') ? 'OpenAIError' : 'Error'}` } },
      },
    },
  },
});

const contentOf = ({ body, reads }: Route): Record<string, unknown> => {
  if (reads?.as === 'stream' || reads?.as === 'bytes')
    return Object.fromEntries((reads.types ?? ['*/*']).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
  return body ? { [reads?.as === 'lines' ? 'application/jsonl' : 'application/json']: { schema: jsonSchema(body, 'input') } } : {};
};

const parameters = (where: 'path' | 'query', schema: z.ZodObject | undefined): Record<string, unknown>[] => {
  if (!schema) return [];
  const json = jsonSchema(schema, 'input') as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, inner]) => ({
    name,
    in: where,
    required: where === 'path' || (json.required ?? []).includes(name),
    schema: inner,
  }));
};

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return json;
};
