import * as z from 'zod';
import type { McpResult } from './mcp-session.ts';

const partSchema = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.enum(['image', 'audio']), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal('resource'), resource: z.object({ uri: z.string(), text: z.string() }) }),
  z.object({ type: z.literal('resource'), resource: z.object({ uri: z.string(), blob: z.string(), mimeType: z.string().optional() }) }),
  z.object({ type: z.literal('resource_link'), uri: z.string(), name: z.string() }),
]);

/** What a tool answered, as text for a model: text as it is, everything else named. */
export const resultText = ({ content, structured }: McpResult): string => {
  const text = content.map(partText).join('\n');
  if (text !== '') return text;
  return structured === undefined ? '(no output)' : JSON.stringify(structured);
};

const partText = (told: unknown): string => {
  const part = partSchema.safeParse(told).data;
  if (part === undefined) return '[something that cannot be shown]';
  if (part.type === 'text') return part.text;
  if (part.type === 'resource_link') return `[resource ${part.name}: ${part.uri}]`;
  if (part.type !== 'resource') return `[${part.type} ${part.mimeType}, ${bytesOf(part.data)} bytes, not shown]`;
  const { resource } = part;
  if ('text' in resource) return `[resource ${resource.uri}]\n${resource.text}`;
  return `[resource ${resource.uri}, ${resource.mimeType ?? 'binary'}, ${bytesOf(resource.blob)} bytes, not shown]`;
};

const bytesOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
