import { percent } from "../../src/model/traffic.ts";
import { spread } from "../spread.ts";
import type { MeasuredMove, Promotions, Report } from "./report.ts";

type Row = readonly [what: string, of: (router: Report["routers"][number]) => string];

const PER_MOVE = (of: (move: MeasuredMove) => string) => (router: Report["routers"][number]) =>
  router.moves.map((move) => `${move.stage.replace("canary-", "")}: ${of(move)}`).join(", ");

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const ROWS: readonly Row[] = [
  ["shares from 1 to 99 % that it gives, to a point", ({ reach }) => `${reach.shares} of 99`],
  ["smallest share", ({ reach }) => percent(reach.smallest)],
  ["largest error of a share it gives", ({ reach }) => `${reach.largestError.toFixed(1)} points`],
  ["measured share, by stage", PER_MOVE(({ measured }) => percent(measured))],
  ["pods at a stage", PER_MOVE(({ pods }) => String(pods))],
  ["most pods during the move to it", PER_MOVE(({ mostPods }) => String(mostPods))],
  ["pods replaced by the move to it", PER_MOVE(({ replaced }) => String(replaced))],
  ["seconds of the move to it", PER_MOVE(({ seconds }) => seconds.toFixed(1))],
  [
    "failed requests",
    ({ moves }) =>
      `${sum(moves.map(({ failed }) => failed))} of ${sum(moves.map(({ requests }) => requests)).toLocaleString("en")}`,
  ],
];

/** The routers side by side, as a table in Markdown. */
export function routerTable({ routers }: Report): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const names = routers.map(({ router }) => `\`${router}\``);
  return [
    line(["", ...names]),
    line(["---", ...names.map(() => "---")]),
    ...ROWS.map(([what, of]) => line([what, ...routers.map(of)])),
  ].join("\n");
}

/** Promotions that change one object, beside kubectl on it, as a table in Markdown: the median, and the least and the most. */
export function promotionTable({ routers }: Report): string {
  const all = routers.flatMap(({ promotions = [] }) => promotions);
  const rows: readonly (readonly [string, (promotions: Promotions) => readonly number[]])[] = [
    ["`canary promote`, the whole command", ({ command }) => command],
    ["of it `preview`", ({ parts }) => parts.preview ?? []],
    ["of it `apply`", ({ parts }) => parts.apply ?? []],
    ["`kubectl apply` of the same object", ({ kubectl }) => kubectl],
    ["from then on until Envoy has the share", ({ followed }) => followed],
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["seconds", ...all.map(({ pods }) => `${pods.previous} + ${pods.canary} pods`)]),
    line(["---", ...all.map(() => "---")]),
    ...rows.map(([what, of]) => line([what, ...all.map((one) => spread(of(one)))])),
  ].join("\n");
}
