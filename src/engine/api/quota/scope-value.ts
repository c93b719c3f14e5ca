import type { ScopedResourceSelectorRequirement } from '../generated/types.ts';

/** Whether a scope by name (of a priority class, say) takes in an object that has this one; '' where it has none. */
export function selectsValue({ operator, values = [] }: ScopedResourceSelectorRequirement, value: string): boolean {
  switch (operator) {
    case 'Exists':
      return value !== '';
    case 'DoesNotExist':
      return value === '';
    case 'In':
      return value !== '' && values.includes(value);
    case 'NotIn':
      return value === '' || !values.includes(value);
    default:
      return false;
  }
}
