import type { MenuItemConstructorOptions } from 'electron';

type Words = Readonly<Record<(typeof labels)[number], string>>;
const labels = [
  'file',
  'edit',
  'view',
  'window',
  'close',
  'quit',
  'undo',
  'redo',
  'cut',
  'copy',
  'paste',
  'selectAll',
  'reload',
  'resetZoom',
  'zoomIn',
  'zoomOut',
  'fullScreen',
  'developerTools',
  'minimize',
] as const;

const en: Words = {
  file: '&File',
  edit: '&Edit',
  view: '&View',
  window: '&Window',
  close: 'Close Window',
  quit: 'Quit OpenClaw',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select All',
  reload: 'Reload',
  resetZoom: 'Actual Size',
  zoomIn: 'Zoom In',
  zoomOut: 'Zoom Out',
  fullScreen: 'Full Screen',
  developerTools: 'Developer Tools',
  minimize: 'Minimize',
};

const zh: Words = {
  file: '文件(&F)',
  edit: '编辑(&E)',
  view: '视图(&V)',
  window: '窗口(&W)',
  close: '关闭窗口',
  quit: '退出 OpenClaw',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectAll: '全选',
  reload: '重新加载',
  resetZoom: '实际大小',
  zoomIn: '放大',
  zoomOut: '缩小',
  fullScreen: '全屏',
  developerTools: '开发者工具',
  minimize: '最小化',
};

/** The menu bar. `locale` as in `zh-CN`; whatever is not Chinese reads English. */
export const menuTemplate = ({
  locale,
  platform,
  developerTools,
}: {
  readonly locale: string;
  readonly platform: NodeJS.Platform;
  readonly developerTools: boolean;
}): MenuItemConstructorOptions[] => {
  const isMac = platform === 'darwin';
  const words = locale.toLowerCase().startsWith('zh') ? zh : en;
  // macOS has no access keys.
  const top = (label: string): string => (isMac ? label.replace(/\(&\w\)|&/, '') : label);
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: top(words.file),
      submenu: [{ role: 'close', label: words.close }, ...(isMac ? [] : [{ role: 'quit', label: words.quit } as const])],
    },
    {
      label: top(words.edit),
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        { type: 'separator' },
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: top(words.view),
      submenu: [
        { role: 'reload', label: words.reload },
        { type: 'separator' },
        { role: 'resetZoom', label: words.resetZoom },
        { role: 'zoomIn', label: words.zoomIn },
        { role: 'zoomOut', label: words.zoomOut },
        { role: 'togglefullscreen', label: words.fullScreen },
        ...(developerTools ? [{ type: 'separator' } as const, { role: 'toggleDevTools', label: words.developerTools } as const] : []),
      ],
    },
    { label: top(words.window), submenu: [{ role: 'minimize', label: words.minimize }] },
  ];
};
