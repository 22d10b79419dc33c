import type { ChatRequest, Reply } from './upstream.ts';

type Call = { readonly name: string; readonly arguments: object };

/** What it calls for the first of these that the user's words match; `$1` in the arguments is what the pattern caught. */
export type Obeys = readonly (readonly [pattern: RegExp, name: string, args: object])[];

/** A model that does what it is told: calls the tool once, then says what the tool answered. */
export const obedientModel =
  (obeys: Obeys) =>
  ({ messages }: ChatRequest): Reply => {
    const last = messages.findLastIndex(({ role }) => role === 'user');
    const told = messages.slice(last).find(({ role }) => role === 'tool');
    if (told) return { kind: 'text', chunks: [`Told: ${String(told.content)}`] };
    const said = String(messages[last]?.content);
    const call = callFor(obeys, said);
    return call ? { kind: 'tools', calls: [{ id: `call_${messages.length}`, ...call }] } : { kind: 'text', chunks: [`Heard: ${said}`] };
  };

const callFor = (obeys: Obeys, said: string): Call | null => {
  for (const [pattern, name, args] of obeys) {
    const caught = pattern.exec(said);
    if (caught) return { name, arguments: filled(args, caught[1] ?? '') };
  }
  return null;
};

const filled = (args: object, caught: string): object =>
  Object.fromEntries(Object.entries(args).map(([name, value]) => [name, value === '$1' ? caught : value]));
