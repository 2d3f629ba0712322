/** Shapes that differ without colour. The word beside each says the same, so a screen reader hears that alone. */
const SHAPES = {
  good: "M2.5 8.5 6.2 12 13.5 4",
  bad: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5",
  warn: "M8 1.8 15 14H1ZM8 6v4M8 11.7v.6",
  live: "M8 3.2a4.8 4.8 0 1 0 .01 0ZM8 6.4a1.6 1.6 0 1 0 .01 0Z",
  open: "M8 3.2a4.8 4.8 0 1 0 .01 0Z",
  behind: "M8 2.8a5.2 5.2 0 1 0 .01 0ZM8 5v3.4l2.2 1.4",
  locked: "M3.5 7.5h9v6.2h-9ZM5.4 7.5V5a2.6 2.6 0 0 1 5.2 0v2.5",
  free: "M3.5 7.5h9v6.2h-9ZM5.4 7.5V4.6a2.6 2.6 0 0 1 5-1",
  away: "M1.5 6.2a9.6 9.6 0 0 1 13 0M4 9.2a6 6 0 0 1 8 0M8 12.6v.1M2 14 14 2",
  move: "M2.5 8h10M9 4.2 12.8 8 9 11.8",
  back: "M13.5 8h-10M7 4.2 3.2 8 7 11.8",
  judge: "M2 13.5h12M3.2 11l3.3-4 2.7 2.2L13.4 3",
  copy: "M5.5 5.5h8v8h-8ZM3 10.5H2.5v-8h8V3",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      class={`icon icon-${name}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}
