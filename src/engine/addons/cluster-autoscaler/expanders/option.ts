import type { Pod } from '../../../api/generated/types.ts';
import type { NodeGroup } from '../../../cloud/node-group.ts';
import type { Template } from '../templates.ts';

/** A way to help: so many more machines of one group, for these pods. */
export interface Option {
  readonly group: NodeGroup;
  /** Groups that could share the order, with --balance-similar-node-groups. */
  readonly similar: readonly NodeGroup[];
  readonly template: Template;
  readonly nodes: number;
  readonly pods: readonly Pod[];
}

/** Keeps the options that are best in one respect. */
export type Expander = (options: readonly Option[]) => readonly Option[];
