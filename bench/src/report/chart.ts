import { shortNumber } from './table.ts';

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** Ours stand out, what is only a limit stands back. */
  readonly kind: 'ours' | 'limit' | 'peer';
}

/** Bars of one measurement, side by side. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** What ours must reach, in the unit of the bars. */
  readonly target?: number;
}

const width = 960;
const margin = 24;
const columns = 2;
const gap = 40;
const labelWidth = 118;
const valueWidth = 62;
const barHeight = 18;
const barGap = 7;
const titleHeight = 46;
const panelGap = 30;
const headerHeight = 76;

const colors = { ours: '#0f766e', limit: '#94a3b8', peer: '#cbd5e1' } as const;
const font = "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\"";

/**
 * Panels of horizontal bars as an SVG, two in a row. Every panel has its own scale, beginning at zero, so that lengths are
 * honest; the thin line is the spread of the rounds, the dashed one the target.
 */
export function chart(title: string, subtitle: string, panels: readonly Panel[]): string {
  const panelWidth = (width - 2 * margin - (columns - 1) * gap) / columns;
  const rows: string[] = [];
  let top = headerHeight;
  for (let first = 0; first < panels.length; first += columns) {
    const inRow = panels.slice(first, first + columns);
    inRow.forEach((panel, column) => {
      rows.push(drawPanel(panel, margin + column * (panelWidth + gap), top, panelWidth));
    });
    top += Math.max(...inRow.map(panelHeight)) + panelGap;
  }
  const height = top;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" ${font}>`,
    `<rect width="${width}" height="${height}" rx="10" fill="#ffffff"/>`,
    text(margin, 38, title, { size: 20, weight: 700, fill: '#0f172a' }),
    text(margin, 58, subtitle, { size: 12, fill: '#64748b' }),
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function panelHeight({ bars }: Panel): number {
  return titleHeight + bars.length * (barHeight + barGap);
}

function drawPanel(
  { title, unit, bars, target }: Panel,
  left: number,
  top: number,
  panelWidth: number,
): string {
  const room = panelWidth - labelWidth - valueWidth;
  const longest = Math.max(...bars.map(({ most }) => most), target ?? 0);
  const x = (value: number): number => round(left + labelWidth + (value / longest) * room);
  const firstBar = top + titleHeight - 8;
  const bottom = firstBar + bars.length * (barHeight + barGap) - barGap + 4;
  return [
    text(left, top + 12, title, { size: 13.5, weight: 600, fill: '#0f172a' }),
    text(left, top + 28, unit, { size: 11, fill: '#64748b' }),
    ...bars.map((bar, index) => drawBar(bar, left, firstBar + index * (barHeight + barGap), x)),
    ...(target === undefined
      ? []
      : [
          `<line x1="${x(target)}" y1="${firstBar - 4}" x2="${x(target)}" y2="${bottom}" stroke="#b45309" stroke-width="1.5" stroke-dasharray="4 3"/>`,
        ]),
    ...bars.map((bar, index) => drawValue(bar, firstBar + index * (barHeight + barGap), x)),
  ].join('\n');
}

/** Above the line of the target, which would go through it. */
function drawValue({ value, most, kind }: Bar, top: number, x: (value: number) => number): string {
  const halo = ' stroke="#ffffff" stroke-width="4" paint-order="stroke"';
  const style = { size: 12, weight: kind === 'ours' ? 600 : 400, fill: '#0f172a', halo };
  return text(Math.max(x(most), x(value)) + 6, top + barHeight / 2 + 4, shortNumber(value), style);
}

function drawBar(
  { label, value, least, most, kind }: Bar,
  left: number,
  top: number,
  x: (value: number) => number,
): string {
  const start = x(0);
  const middle = top + barHeight / 2;
  const weight = kind === 'ours' ? 600 : 400;
  return [
    text(left + labelWidth - 8, middle + 4, label, { size: 12, weight, fill: '#334155', anchor: 'end' }),
    `<rect x="${start}" y="${top}" width="${Math.max(1, round(x(value) - start))}" height="${barHeight}" rx="3" fill="${colors[kind]}"/>`,
    `<line x1="${x(least)}" y1="${middle}" x2="${x(most)}" y2="${middle}" stroke="#1e293b" stroke-opacity="0.55" stroke-width="1.5"/>`,
  ].join('\n');
}

interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly weight?: number;
  readonly anchor?: 'end';
  /** Attributes of what surrounds the letters. */
  readonly halo?: string;
}

function text(
  x: number,
  y: number,
  content: string,
  { size, fill, weight = 400, anchor, halo = '' }: TextStyle,
): string {
  const end = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}"${end}${halo}>${escaped(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
