import * as fs from 'node:fs/promises';
import type { GatewayPorts } from '../../gateway-ports.ts';
import { type CommandTool, createCommandTools } from './command-tool.ts';
import { createHttpTools, type HttpTool } from './http-tool.ts';
import { readJsonSchema } from './json-schema.ts';
import { type JsonSchemaParameters, type Tool, ToolError } from './tool.ts';
import { createUseSkill, type SkillShelf } from './use-skill.ts';

/** A tool that is there in name only. */
type UnboundTool = { readonly name: string; readonly description: string; readonly parameters: JsonSchemaParameters; readonly why: string };

/** How skills make tools of what they bring. */
export type SkillTools = {
  /** @throws Error in words, where the schema is none */
  readonly readSchema: (schema: Readonly<Record<string, unknown>>) => Promise<JsonSchemaParameters>;
  readonly command: (command: CommandTool) => Tool;
  readonly http: (call: HttpTool) => Tool;
  readonly unbound: (tool: UnboundTool) => Tool;
  readonly opener: (shelf: SkillShelf) => Tool;
};

type Ports = Pick<GatewayPorts, 'programs' | 'clock' | 'env'> & Parameters<typeof createHttpTools>[0];

export const createSkillTools = (ports: Ports): SkillTools => ({
  readSchema: readJsonSchema,
  command: createCommandTools({ ...ports, fs }),
  http: createHttpTools(ports),
  unbound: createUnbound,
  opener: createUseSkill,
});

/** The model is told at once that it would not run; whoever looks on sees the call that names it. */
const createUnbound = ({ name, description, parameters, why }: UnboundTool): Tool<JsonSchemaParameters> => ({
  ...{ name, description: `${description} [not set up: a call only says what is missing]`.trim(), parameters, effect: 'talk' },
  execute: async () => {
    throw new ToolError(why);
  },
});
