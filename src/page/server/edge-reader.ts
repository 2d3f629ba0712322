import { changeBetween, type Reading } from "../../gate/counters.ts";
import type { ReleaseRecord } from "../../model/record.ts";
import { type EvaluatedStage, evaluateStage } from "../../project/evaluate.ts";
import type { Project } from "../../project/project.ts";
import type { SharePoint } from "../contract.ts";

/** What the edge says of a moment: the canary's share, and the requests since the moment before. */
export type EdgeMoment = Pick<SharePoint, "applied" | "previous" | "canary">;

export const NOT_READ: EdgeMoment = { applied: null, previous: null, canary: null };

/** The live stage by its record, as the status has it. */
export type LiveRecord = Pick<ReleaseRecord, "stage" | "release" | "versions">;

/** Reads the edge's statistics, look by look. */
export class EdgeReader {
  readonly #urls: readonly string[];
  #evaluated: { readonly key: string; readonly stage: EvaluatedStage } | undefined;
  #before: Reading | undefined;

  /** @param urls where the statistics are; where the configuration says, if it does, when there are none */
  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /**
   * @throws UserError where what is read cannot be understood: the edge may not be there yet, or be another one
   */
  async read(project: Project, live: LiveRecord): Promise<EdgeMoment> {
    const { config, plan, router } = await this.#stageOf(project, live);
    const { dataPlane } = router.live;
    const configured = router.statisticsUrl?.(config);
    const urls = this.#urls.length > 0 || configured === undefined ? this.#urls : [configured];
    const [first] = urls;
    if (!dataPlane || first === undefined) return NOT_READ;
    const served = { namespace: config.namespace, plan };
    const [applied = null, ...readings] = await Promise.all([
      dataPlane.appliedShare(first, served),
      ...urls.map((url) => dataPlane.counters(url, served)),
    ]);
    const now: Reading = Object.assign({}, ...readings);
    const look = this.#before && changeBetween(this.#before, now).look;
    this.#before = now;
    return { applied, previous: look?.previous ?? null, canary: look?.canary ?? null };
  }

  /** Nobody looked meanwhile: what was counted then is of no moment. */
  forget(): void {
    this.#before = undefined;
  }

  /** Stage files are parsed once for each stage, and not at each look. */
  async #stageOf(project: Project, live: LiveRecord): Promise<EvaluatedStage> {
    const key = JSON.stringify([live.stage, live.release, live.versions, project.config]);
    if (this.#evaluated?.key !== key)
      this.#evaluated = { key, stage: await evaluateStage(project, live.stage, live) };
    return this.#evaluated.stage;
  }
}
