import { Boxes, FileJson2, Info, Palette, ShieldCheck } from 'lucide-react';

/** The sections of the page, in their order. */
export const sectionIds = ['models', 'appearance', 'security', 'all', 'about'] as const;
export type SectionId = (typeof sectionIds)[number];

export const sectionIcons = { models: Boxes, appearance: Palette, security: ShieldCheck, all: FileJson2, about: Info } as const;
