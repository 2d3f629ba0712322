/** A bar of a value, and what stands behind it. */
export interface Bar {
  readonly colour: string;
  readonly value: number;
  readonly note: string;
}

/** Bars that belong together. */
export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
}

const [WIDTH, BAR, GAP, TOP] = [860, 12, 18, 56];
const LEGEND_STEP = 150;
/** The scale ends at a hundred thousand. */
const DECADES = 5;

/**
 * Groups of bars under each other on a logarithmic scale from one, as SVG.
 * @param labelWidth room for the groups' labels
 */
export function barsPicture(
  { title, heading }: { readonly title: string; readonly heading: string },
  legend: readonly { readonly name: string; readonly colour: string }[],
  groups: readonly BarGroup[],
  labelWidth = 150,
): string {
  const most = Math.max(0, ...groups.map(({ bars }) => bars.length));
  const groupHeight = most * BAR + GAP;
  const height = TOP + groups.length * groupHeight + 24;
  const x = (value: number) => ((WIDTH - labelWidth - 90) * Math.log10(Math.max(1, value))) / DECADES;
  const drawn = groups.flatMap(({ label, bars }, group) => {
    const y = TOP + group * groupHeight;
    return [
      `<text x="${labelWidth - 8}" y="${y + 2 * BAR + 4}" text-anchor="end">${label}</text>`,
      ...bars.map(({ colour, value, note }, index) => {
        const at = y + index * BAR;
        return `<rect x="${labelWidth}" y="${at}" width="${x(value).toFixed(1)}" height="${BAR - 2}" fill="${colour}"/><text x="${(labelWidth + x(value) + 4).toFixed(1)}" y="${at + BAR - 3}" font-size="10">${note}</text>`;
      }),
    ];
  });
  const step = LEGEND_STEP;
  const names = legend.map(
    ({ name, colour }, index) =>
      `<rect x="${labelWidth + index * step}" y="30" width="12" height="12" fill="${colour}"/><text x="${labelWidth + 18 + index * step}" y="40">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#22303c">
<title>${title}</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${labelWidth}" y="18" font-weight="bold">${heading}</text>
${[...names, ...drawn].join("\n")}
</svg>
`;
}
