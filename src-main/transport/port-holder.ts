import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

export type PortHolder = { readonly pid: number; readonly name: string };

/** Which process listens on a TCP port, as far as the OS tells this user; else null. Never throws, takes at most 2 s. */
export const findPortHolder = async (port: number): Promise<PortHolder | null> => {
  try {
    return process.platform === 'linux' ? await fromProc(port) : process.platform === 'win32' ? null : await fromLsof(port);
  } catch {
    return null;
  }
};

const fromProc = async (port: number): Promise<PortHolder | null> => {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')));
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const listening = '0A';
  const inodes = new Set(
    tables
      .flatMap((table) => table.split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(wanted) && fields[3] === listening)
      .map((fields) => `socket:[${fields[9]}]`),
  );
  if (inodes.size === 0) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const links = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of links) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (inodes.has(target)) return { pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() };
    }
  }
  return null;
};

const fromLsof = (port: number): Promise<PortHolder | null> =>
  new Promise((resolve) => {
    execFile('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeout: 2_000 }, (_error, stdout) => {
      const pid = /^p(\d+)$/m.exec(stdout)?.[1];
      const name = /^c(.+)$/m.exec(stdout)?.[1];
      resolve(pid && name ? { pid: Number(pid), name } : null);
    });
  });
