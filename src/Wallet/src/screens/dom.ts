import { ICONS, type Icon } from './icons.ts';

/** Elements without a framework. Text is always text: nothing here parses markup. */
export type Child = Node | string | undefined | false;
type Properties<Name extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Name], 'style' | 'className' | 'children'>
> & {
  readonly class?: string;
  readonly aria?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
};

export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties<Name> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  const { class: classes, aria, data, ...rest } = properties;
  if (classes !== undefined) element.className = classes;
  for (const [key, value] of Object.entries(aria ?? {})) element.setAttribute(key === 'role' ? key : `aria-${key}`, value);
  for (const [key, value] of Object.entries(data ?? {})) element.dataset[key] = value;
  Object.assign(element, rest);
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name: Icon): SVGSVGElement {
  return drawing('0 0 24 24', `i ${name}`, [['path', { d: ICONS[name] }]]);
}

/** The mark: a key that is an L. Its tile keeps its colour in light and dark. */
export function mark(): SVGSVGElement {
  return drawing('0 0 48 48', 'mark', [
    ['rect', { width: '48', height: '48', rx: '11', fill: '#3550D6' }],
    [
      'path',
      {
        fill: '#fff',
        'fill-rule': 'evenodd',
        d: 'M18 7.5a8.5 8.5 0 0 1 3 16.45V26.5h4.6a1.4 1.4 0 0 1 1.1 2.26l-1.9 2.4a1.6 1.6 0 0 1-1.25.6H21V34h14.3a1.5 1.5 0 0 1 1.2 2.4l-2.55 3.4a2 2 0 0 1-1.6.8H17a2 2 0 0 1-2-2V23.95A8.5 8.5 0 0 1 18 7.5Zm0 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z',
      },
    ],
  ]);
}

/** The amber ring; it turns, or pulses where motion is not wanted. */
export function ring(): SVGSVGElement {
  const circle = { cx: '80', cy: '80', r: '74', fill: 'none', 'stroke-width': '8' };
  return drawing('0 0 160 160', 'turn', [
    ['circle', { ...circle, class: 'track' }],
    ['circle', { ...circle, class: 'arc', 'stroke-linecap': 'round', 'stroke-dasharray': '150 465' }],
  ]);
}

function drawing(
  viewBox: string,
  classes: string,
  shapes: readonly (readonly [string, Readonly<Record<string, string>>])[],
): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', viewBox);
  svg.setAttribute('class', classes);
  svg.setAttribute('aria-hidden', 'true');
  for (const [name, attributes] of shapes) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}
