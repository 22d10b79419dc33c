import type { Tool, ToolPlugin } from '../tool-plugin.ts';

const toolName = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Makes a tool plugin of what its file exports as its default.
 *
 * @param exported a class, made with `new` and no arguments, or an object
 * @throws Error that says what is wrong with it, or what its constructor throws
 */
export const createTools = (exported: unknown): ToolPlugin => {
  const made: unknown =
    typeof exported === 'function' && typeof exported.prototype === 'object' ? Reflect.construct(exported, []) : exported;
  const tools = typeof made === 'object' && made !== null && 'tools' in made ? made.tools : undefined;
  if (!Array.isArray(tools)) throw new Error("The plugin's default export has to be a class or an object with an array `tools`.");
  for (const tool of tools) check(tool);
  const twice = tools.find((tool: Tool, index) => tools.findIndex((other: Tool) => other.name === tool.name) !== index);
  if (twice) throw new Error(`Two tools are called ${twice.name}.`);
  return made as ToolPlugin;
};

const check = (tool: unknown): void => {
  const { name, description, parameters, execute } = (typeof tool === 'object' && tool !== null ? tool : {}) as Partial<Tool>;
  if (typeof name !== 'string' || !toolName.test(name))
    throw new Error(`A tool's name has 1-64 of A-Z, a-z, 0-9, _ and -; it is ${JSON.stringify(name)}.`);
  if (typeof description !== 'string' || description === '') throw new Error(`The tool ${name} has no description: agents choose by it.`);
  if (typeof parameters !== 'object' || parameters === null)
    throw new Error(`The tool ${name} has no parameters: a JSON Schema, at least { "type": "object" }.`);
  if (typeof execute !== 'function') throw new Error(`The tool ${name} has no method execute(args, ctx).`);
};
