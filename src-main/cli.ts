import { runCli } from './cli/run-cli.ts';

// In the installed app this is Electron run as Node. What a gateway started from here runs must not be told so too.
delete process.env.ELECTRON_RUN_AS_NODE;

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
