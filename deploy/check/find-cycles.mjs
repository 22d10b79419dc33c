/**
 * Rings of run-time imports. A type import is no arrow: nothing of it is left when the module loads.
 * @param {readonly import('./read-modules.mjs').Module[]} modules
 * @returns {string[][]} each as the files on the way round, the first one again at the end
 */
export const findCycles = (modules) => {
  const targets = new Map(
    modules.map((module) => [
      module.file,
      module.imports.filter((imported) => !imported.typeOnly).flatMap(({ file }) => (file ? [file] : [])),
    ]),
  );
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {string[][]} */
  const cycles = [];
  const visit = (/** @type {string} */ file, /** @type {readonly string[]} */ way) => {
    const before = way.indexOf(file);
    if (before >= 0) return void cycles.push([...way.slice(before), file]);
    if (done.has(file)) return;
    for (const next of targets.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
};
