#!/usr/bin/env node
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), { cwd: process.cwd(), print: console.log, complain: console.error });
