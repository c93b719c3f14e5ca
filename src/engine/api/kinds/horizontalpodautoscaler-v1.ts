import { autoscalerFromV1, autoscalerToV1, CARRIERS } from '../autoscaling/v1.ts';
import type { HorizontalPodAutoscalerV1 } from '../generated/types.ts';
import { horizontalPodAutoscaler } from './horizontalpodautoscaler.ts';
import { viewOf } from './view.ts';

/** The first version, which knows one metric: CPU. Stored in the form of the second. */
export const horizontalPodAutoscalerV1 = viewOf<HorizontalPodAutoscalerV1>(
  horizontalPodAutoscaler,
  { fromStored: autoscalerToV1, toStored: autoscalerFromV1 },
  { group: 'autoscaling', version: 'v1', schema: 'HorizontalPodAutoscalerV1', carriers: CARRIERS },
);
