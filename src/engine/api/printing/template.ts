import type { PodTemplateSpec } from '../generated/types.ts';
import type { Column } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import { column } from './column.ts';

/** `Containers` and `Images` of what is made from a pod template. */
export function templateColumns<T extends ApiObject & { spec?: { template?: PodTemplateSpec } }>(): readonly Column<T>[] {
  const containers = ({ spec }: T): { name: string; image?: string }[] => spec?.template?.spec?.containers ?? [];
  return [
    column(
      'Containers',
      'Names of each container in the template.',
      (object) =>
        containers(object)
          .map(({ name }) => name)
          .join(','),
      { wide: true },
    ),
    column(
      'Images',
      'Images referenced by each container in the template.',
      (object) =>
        containers(object)
          .map(({ image = '' }) => image)
          .join(','),
      { wide: true },
    ),
  ];
}
