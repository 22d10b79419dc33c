/** What the offline model says, in the language it was spoken to. */
export type OfflineWords = {
  readonly introduction: string;
  readonly help: (lines: readonly string[]) => string;
  readonly commands: Readonly<Record<'help' | 'files' | 'read' | 'echo', string>>;
  readonly unknown: (command: string, near: readonly string[]) => string;
  readonly toolMissing: (command: string, tool: string) => string;
  readonly pathMissing: string;
  readonly listing: (path: string) => string;
  readonly empty: string;
  readonly file: (path: string) => string;
  readonly result: (tool: string) => string;
};

const example = `\`\`\`json
{
  "models": {
    "local": { "provider": "openai-compatible", "baseUrl": "http://127.0.0.1:11434/v1", "model": "qwen3" }
  },
  "agents": { "main": { "model": "local" } }
}
\`\`\``;

export const offlineWords: Readonly<Record<'en' | 'zh', OfflineWords>> = {
  en: {
    introduction: `I am the built-in offline assistant, **not a language model**: I cannot understand what you wrote. Connect a model and I step aside.

- **On this machine, free:** start [Ollama](https://ollama.com) (\`ollama pull qwen3\`) or the server of LM Studio. OpenClaw finds them by itself within half a minute.
- **With a key:** set \`OPENAI_API_KEY\`, \`ANTHROPIC_API_KEY\`, \`DEEPSEEK_API_KEY\` or another provider's variable and restart.
- **By hand:** put this into \`~/openclaw/config.json\`:

${example}

Until then, \`/help\` shows what I can do.`,
    help: (lines) => `Without a language model I understand these commands:\n\n${lines.join('\n')}`,
    commands: {
      help: '`/help` – this list',
      files: '`/files [folder]` – what is in the workspace',
      read: '`/read <path>` – show a file of the workspace',
      echo: '`/echo <text>` – say the text back',
    },
    unknown: (command, near) =>
      `I do not know \`${command}\`.${near.length > 0 ? ` Did you mean ${near.map((name) => `\`${name}\``).join(' or ')}?` : ''} \`/help\` lists the commands.`,
    toolMissing: (command, tool) => `\`${command}\` needs the tool \`${tool}\`, which this agent may not use.`,
    pathMissing: 'Which file? Write `/read <path>`.',
    listing: (path) => `Contents of ${path}:`,
    empty: 'It is empty.',
    file: (path) => `${path}:`,
    result: (tool) => `\`${tool}\` answered:`,
  },
  zh: {
    introduction: `我是内置的离线助手，**不是语言模型**，无法理解您写的内容。接入一个模型后，我就会让位给它。

- **本机免费运行：**启动 [Ollama](https://ollama.com)（\`ollama pull qwen3\`）或 LM Studio 的服务器，OpenClaw 会在半分钟内自动发现。
- **使用密钥：**设置环境变量 \`OPENAI_API_KEY\`、\`ANTHROPIC_API_KEY\`、\`DEEPSEEK_API_KEY\` 或其他服务商的变量，然后重启。
- **手动配置：**把下面的内容写入 \`~/openclaw/config.json\`：

${example}

在此之前，发送 \`/help\` 查看我能做什么。`,
    help: (lines) => `没有语言模型时，我能执行这些命令：\n\n${lines.join('\n')}`,
    commands: {
      help: '`/help` – 显示本列表',
      files: '`/files [目录]` – 列出工作区的文件',
      read: '`/read <路径>` – 显示工作区中的一个文件',
      echo: '`/echo <文字>` – 原样返回文字',
    },
    unknown: (command, near) =>
      `未知命令 \`${command}\`。${near.length > 0 ? `您是想用 ${near.map((name) => `\`${name}\``).join(' 或 ')} 吗？` : ''}发送 \`/help\` 查看所有命令。`,
    toolMissing: (command, tool) => `\`${command}\` 需要工具 \`${tool}\`，但这个智能体不能使用它。`,
    pathMissing: '要读哪个文件？请写 `/read <路径>`。',
    listing: (path) => `${path} 的内容：`,
    empty: '这里是空的。',
    file: (path) => `${path}：`,
    result: (tool) => `\`${tool}\` 的结果：`,
  },
};
