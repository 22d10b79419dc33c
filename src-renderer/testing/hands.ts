/** What a person does with a page, by the words on it. Where several have the same, the last one is meant: a dialog comes after its page. */

/** @param name what is read out @throws Error where there is none */
export const button = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].findLast((one) => (one.getAttribute('aria-label') ?? one.textContent) === name);
  if (!found) throw new Error(`no button "${name}"`);
  return found;
};

/** What the label is for, a select too. @throws Error where there is none */
export const field = (label: string): HTMLInputElement => {
  const found = [...document.querySelectorAll('label')].findLast(({ textContent }) => textContent === label);
  const control = found?.querySelector<HTMLElement>('input') ?? document.getElementById(found?.htmlFor ?? '');
  if (!control) throw new Error(`no field "${label}"`);
  return control as HTMLInputElement;
};

/** Past React, which keeps a field's own setter to itself. */
export const typeInto = (control: HTMLElement, text: string): void => {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(control), 'value')?.set?.call(control, text);
  control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
};
