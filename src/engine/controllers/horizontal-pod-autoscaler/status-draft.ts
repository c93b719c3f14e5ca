import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from '../../api/generated/types.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import { sameMeaning } from '../semantic.ts';

/** The status of an autoscaler while it is worked out. */
export class StatusDraft {
  #status: HorizontalPodAutoscalerStatus;

  constructor(
    readonly autoscaler: HorizontalPodAutoscaler,
    readonly now: Millis,
  ) {
    this.#status = autoscaler.status ?? { desiredReplicas: 0 };
  }

  get value(): HorizontalPodAutoscalerStatus {
    return this.#status;
  }

  get changed(): boolean {
    return !sameMeaning(this.autoscaler.status ?? { desiredReplicas: 0 }, this.#status);
  }

  /** Its time changes with its status alone. */
  condition(type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited', holds: boolean, reason: string, message: string): void {
    const { conditions = [] } = this.#status;
    const status = holds ? 'True' : 'False';
    const old = conditions.find((each) => each.type === type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : undefined;
    const next: HorizontalPodAutoscalerCondition = {
      type,
      status,
      lastTransitionTime: lastTransitionTime ?? formatTime(this.now),
      reason,
      message,
    };
    this.#status = {
      ...this.#status,
      conditions: old === undefined ? [...conditions, next] : conditions.map((each) => (each === old ? next : each)),
    };
  }

  /** `metrics`: undefined where none were asked for. */
  sizes(current: number, desired: number, metrics: readonly MetricStatus[] | undefined, scaled: boolean): void {
    const { conditions, lastScaleTime, observedGeneration } = this.#status;
    const scaledAt = scaled ? formatTime(this.now) : lastScaleTime;
    this.#status = {
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      ...(scaledAt === undefined ? {} : { lastScaleTime: scaledAt }),
      ...(current === 0 ? {} : { currentReplicas: current }),
      desiredReplicas: desired,
      // The field is there even where it is empty, as the server prints it.
      currentMetrics: metrics === undefined ? (null as unknown as []) : [...metrics],
      ...(conditions === undefined ? {} : { conditions }),
    };
  }

  /** The present size becomes known, all else stays. */
  currentSize(current: number): void {
    this.sizes(current, this.#status.desiredReplicas, this.#status.currentMetrics ?? undefined, false);
  }
}
