import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ComponentType, type ReactElement, type ReactNode, useState } from 'react';

type MenuProps = {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly side?: 'top' | 'right' | 'bottom';
  readonly align?: 'start' | 'end';
  /** Where something besides the trigger opens it. */
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
};

/** Not modal: Radix's modal menus write a `<style>` element to lock scrolling, which `style-src 'self'` refuses. */
export const Menu = ({ trigger, children, side = 'bottom', align = 'start', open: asked, onOpenChange }: MenuProps): ReactElement => {
  const [opened, setOpened] = useState(false);
  const open = asked ?? opened;
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpenChange ?? setOpened}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      {/* Into a landmark, so that who jumps from one to the next finds it; the last one, for the chat hides behind other pages. */}
      <DropdownMenu.Portal container={open ? ([...document.querySelectorAll('main')].at(-1) ?? null) : null}>
        <DropdownMenu.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-[min(420px,var(--radix-dropdown-menu-content-available-height))] min-w-48 overflow-y-auto rounded-xl border border-border bg-popover p-1 shadow-pop"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};

const row =
  'flex cursor-default select-none items-center gap-2 rounded-lg py-1.5 pr-3 pl-8 text-[13px] outline-none data-[highlighted]:bg-hover relative';

type MenuItemProps = {
  readonly icon?: ComponentType<{ readonly size?: number; readonly className?: string }>;
  readonly children: ReactNode;
  readonly onSelect: () => void;
};

export const MenuItem = ({ icon: Icon, children, onSelect }: MenuItemProps): ReactElement => (
  <DropdownMenu.Item className={row} onSelect={onSelect}>
    {Icon ? <Icon size={14} className="absolute left-2.5 text-muted-foreground" /> : null}
    {children}
  </DropdownMenu.Item>
);

export const MenuSeparator = (): ReactElement => <DropdownMenu.Separator className="my-1 h-px bg-border" />;

type MenuChoicesProps<Value extends string> = {
  readonly label: string;
  readonly value: Value | null;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly detail?: string }[];
  readonly onChoose: (value: Value) => void;
};

export const MenuChoices = <Value extends string>({ label, value, options, onChoose }: MenuChoicesProps<Value>): ReactElement => (
  <DropdownMenu.RadioGroup value={value ?? ''} onValueChange={(next) => onChoose(next as Value)} aria-label={label}>
    <DropdownMenu.Label className="px-3 pt-1.5 pb-1 text-muted-foreground text-xs">{label}</DropdownMenu.Label>
    {options.map((option) => (
      <DropdownMenu.RadioItem key={option.value} value={option.value} className={row}>
        <DropdownMenu.ItemIndicator className="absolute left-2.5">
          <Check size={14} />
        </DropdownMenu.ItemIndicator>
        <span className="truncate">{option.label}</span>
        {option.detail ? <span className="ml-auto truncate pl-4 text-muted-foreground text-xs">{option.detail}</span> : null}
      </DropdownMenu.RadioItem>
    ))}
  </DropdownMenu.RadioGroup>
);
