@echo off
rem The command line of the installed app: the same program, run as Node.
setlocal
set ELECTRON_RUN_AS_NODE=1
"%~dp0OpenClaw.exe" "%~dp0resources\app.asar\out\main\cli.js" %*
