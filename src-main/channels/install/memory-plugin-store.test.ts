import { systemClock } from '../../clock.ts';
import { archiveOf } from '../../testing/plugin-archive.ts';
import { createMemoryPluginStore } from './memory-plugin-store.ts';
import { describePluginStore } from './plugin-store.conformance.ts';
import { readPlugin } from './read-plugin.ts';

describePluginStore('the memory store', async () => {
  const { manifest } = await readPlugin(archiveOf({ id: 'ours' }));
  const store = createMemoryPluginStore({ clock: systemClock, bundled: [{ manifest, folder: '/ours', bundled: true }] });
  return { store, spoil: async (id) => store.spoil(id) };
});
