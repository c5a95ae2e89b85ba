/** Colours that chronos shows for the labels 1–10 (Appointment2Event of the server). */
const colors = [
  '',
  '#CFE6FF',
  '#9BC8F7',
  '#B89AE9',
  '#F7C7E0',
  '#FFE2E2',
  '#FDE2B9',
  '#FFEEB0',
  '#E6EFBD',
  '#C5D481',
  '#6B6B6B',
];

/** Undefined for label 0 and unknown ones. */
export const colorOfLabel = (label: number): string | undefined => colors[label] || undefined;

/** 0 when no label has the colour. */
export const labelOfColor = (color: string | undefined): number =>
  color === undefined ? 0 : Math.max(0, colors.indexOf(color.toUpperCase()));
