import { expect, it } from 'vitest';
import { inSliceOrder } from './port-order.ts';

it('orders the ports of a slice by hash, not as the Service does', () => {
  const http = { name: 'http', protocol: 'TCP', port: 80 };
  const alt = { name: 'alt', protocol: 'TCP', port: 8080 };
  // As a v1.36 control plane lists them.
  expect(inSliceOrder([http, alt])).toEqual([alt, http]);
  expect(inSliceOrder([alt, http])).toEqual([alt, http]);
});
