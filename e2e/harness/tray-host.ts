import * as dbus from '@jellybrick/dbus-next';

type MenuItem = { readonly id: number; readonly label: string; readonly enabled: boolean };
type Pixmap = { readonly width: number; readonly height: number /** ARGB, 32 bits a pixel */; readonly argb: Buffer };

/** An icon in the tray, as a desktop's panel sees it. */
export type TrayItem = {
  readonly toolTip: () => Promise<string>;
  readonly icon: () => Promise<Pixmap>;
  /** Without separators. */
  readonly menu: () => Promise<readonly MenuItem[]>;
  /** Chooses the item of the menu with this label. */
  readonly choose: (label: string) => Promise<void>;
  /** A click on the icon itself. */
  readonly click: () => Promise<void>;
};

export type TrayHost = {
  /** Resolves with the next icon that registers, or the one that has. */
  readonly item: () => Promise<TrayItem>;
  readonly stop: () => Promise<void>;
};

const watcherName = 'org.kde.StatusNotifierWatcher';
const itemInterface = 'org.kde.StatusNotifierItem';
const menuInterface = 'com.canonical.dbusmenu';

/** Poses as the tray of a desktop on the session bus: real D-Bus, and clicks that come over it. */
export const startTrayHost = async (): Promise<TrayHost> => {
  const bus = dbus.sessionBus();
  const items: TrayItem[] = [];
  const waiting = new Set<(item: TrayItem) => void>();
  const register = ({ sender, body: [service] }: dbus.Message): void => {
    // A name, or a path of the caller's.
    const text = String(service);
    const item = text.startsWith('/') ? openItem(bus, sender, text) : openItem(bus, text, '/StatusNotifierItem');
    items.push(item);
    for (const tell of waiting) tell(item);
  };
  bus.addMethodHandler((message) => {
    if (message.path !== '/StatusNotifierWatcher') return false;
    if (message.member === 'RegisterStatusNotifierItem') register(message);
    const property = message.member === 'Get' ? properties[String(message.body[1])] : undefined;
    bus.send(property === undefined ? dbus.Message.newMethodReturn(message) : dbus.Message.newMethodReturn(message, 'v', [property]));
    return true;
  });
  await bus.requestName(watcherName, 0);
  return {
    item: () =>
      new Promise((resolve, reject) => {
        const [first] = items;
        if (first !== undefined) return resolve(first);
        const timer = setTimeout(() => reject(new Error('No tray icon registered.')), 20_000);
        waiting.add((item) => {
          clearTimeout(timer);
          resolve(item);
        });
      }),
    stop: async () => {
      await bus.releaseName(watcherName);
      bus.disconnect();
    },
  };
};

const properties: Readonly<Record<string, dbus.Variant>> = {
  IsStatusNotifierHostRegistered: new dbus.Variant('b', true),
  ProtocolVersion: new dbus.Variant('i', 0),
  RegisteredStatusNotifierItems: new dbus.Variant('as', []),
};

/** Chromium's objects carry no introspection data, hence the bare calls. */
const openItem = (bus: dbus.MessageBus, destination: string, path: string): TrayItem => {
  const call = async (to: string, on: string, member: string, signature: string, body: unknown[]): Promise<unknown[]> => {
    const reply = await bus.call(new dbus.Message({ destination, path: to, interface: on, member, signature, body }));
    return reply?.body ?? [];
  };
  const property = async (name: string): Promise<unknown> => {
    const [value] = await call(path, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [itemInterface, name]);
    return (value as dbus.Variant).value;
  };
  const menuPath = async (): Promise<string> => String(await property('Menu'));
  const menu = async (): Promise<readonly MenuItem[]> => {
    const [, layout] = await call(await menuPath(), menuInterface, 'GetLayout', 'iias', [0, -1, []]);
    const [, , children] = layout as [number, unknown, dbus.Variant<[number, Record<string, dbus.Variant>]>[]];
    return children.flatMap(({ value: [id, { label, enabled }] }) =>
      label === undefined ? [] : [{ id, label: String(label.value), enabled: enabled?.value !== false }],
    );
  };
  return {
    toolTip: async () => {
      const [, , title] = (await property('ToolTip')) as [string, unknown, string, string];
      return title;
    },
    icon: async () => {
      const [pixmap] = (await property('IconPixmap')) as [number, number, Buffer][];
      if (pixmap === undefined) throw new Error('The tray item has no picture.');
      return { width: pixmap[0], height: pixmap[1], argb: Buffer.from(pixmap[2]) };
    },
    menu,
    choose: async (label) => {
      const item = (await menu()).find((one) => one.label === label && one.enabled);
      if (item === undefined) throw new Error(`There is no "${label}" to choose: ${JSON.stringify(await menu())}`);
      await call(await menuPath(), menuInterface, 'Event', 'isvu', [item.id, 'clicked', new dbus.Variant('i', 0), 0]);
    },
    click: async () => {
      await call(path, itemInterface, 'Activate', 'ii', [0, 0]);
    },
  };
};
