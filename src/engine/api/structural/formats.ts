import { isIPv4, isIPv6 } from '../ip.ts';

// `strfmt` of kube-openapi: what the formats of texts demand. A format that is not known demands nothing.
const patterns: Readonly<Record<string, RegExp>> = {
  'date-time':
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)$/,
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  duration:
    /^\s*([+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+\s*$|^0$|^\s*\d+\s*(ns|nano|us|µs|micro|ms|milli|s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hr|hrs|hour|hours|d|day|days|w|wk|week|weeks)\s*$/i,
  email: /^[^\s@<>()[\],;:\\"]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
  hostname: /^(?=.{1,255}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?)*\.?$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid3: /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid4: /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
  uuid5: /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
  mac: /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/i,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  hexcolor: /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i,
  bsonobjectid: /^[0-9a-f]{24}$/i,
  uri: /^([a-z][a-z0-9+.-]*:|\/)[^\s]*$/i,
  ssn: /^\d{3}[- ]?\d{2}[- ]?\d{4}$/,
};

export function fitsFormat(text: string, format: string): boolean {
  switch (format) {
    case 'ipv4':
      return isIPv4(text);
    case 'ipv6':
      return isIPv6(text);
    case 'cidr': {
      const [address = '', length = '', more] = text.split('/');
      if (more !== undefined || !/^\d{1,3}$/.test(length)) return false;
      return isIPv4(address) ? Number(length) <= 32 : isIPv6(address) && Number(length) <= 128;
    }
    case 'datetime':
      return fitsFormat(text, 'date-time');
    default:
      return patterns[format]?.test(text) ?? true;
  }
}
