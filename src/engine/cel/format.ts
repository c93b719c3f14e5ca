import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName } from '../api/names.ts';
import { CelError, Opaque, Optional, type Value } from './values.ts';

const FORMAT = 'kubernetes.NamedFormat';

interface Format {
  readonly name: string;
  /** What is wrong with a text. */
  readonly faults: (text: string) => readonly string[];
  /** How long a pattern it is taken to need, for its cost (`MaxRegexSize`). */
  readonly pattern: number;
}
export type FormatValue = Opaque<Format>;

const fits =
  (pattern: RegExp, fault: string) =>
  (text: string): readonly string[] =>
    pattern.test(text) ? [] : [fault];
/** A name to which something will be added may end in a dash. */
const prefix =
  (faults: (text: string) => string[]) =>
  (text: string): readonly string[] =>
    faults(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

function uriFaults(text: string): readonly string[] {
  if (text === '') return ['parse "": empty url'];
  if (/^[a-z][a-z0-9+.-]*:[^\s]*$/i.test(text) || /^\/[^\s]*$/.test(text)) return [];
  return [`parse ${JSON.stringify(text)}: invalid URI for request`];
}

const NAMED: Readonly<Record<string, Format>> = {
  dns1123Label: { name: 'DNS1123Label', faults: isDNS1123Label, pattern: 30 },
  dns1123Subdomain: { name: 'DNS1123Subdomain', faults: (text) => isDNS1123Subdomain(text), pattern: 60 },
  dns1035Label: { name: 'DNS1035Label', faults: isDNS1035Label, pattern: 30 },
  qualifiedName: { name: 'QualifiedName', faults: isQualifiedName, pattern: 60 },
  dns1123LabelPrefix: { name: 'DNS1123LabelPrefix', faults: prefix(isDNS1123Label), pattern: 30 },
  dns1123SubdomainPrefix: { name: 'DNS1123SubdomainPrefix', faults: prefix((text) => isDNS1123Subdomain(text)), pattern: 60 },
  dns1035LabelPrefix: { name: 'DNS1035LabelPrefix', faults: prefix(isDNS1035Label), pattern: 30 },
  labelValue: { name: 'LabelValue', faults: isLabelValue, pattern: 40 },
  uri: { name: 'URI', faults: uriFaults, pattern: 1103 },
  uuid: {
    name: 'uuid',
    faults: fits(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i, 'does not match the UUID format'),
    pattern: 95,
  },
  byte: {
    name: 'byte',
    faults: fits(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/, 'invalid base64'),
    pattern: 84,
  },
  date: { name: 'date', faults: fits(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'invalid date'), pattern: 122 },
  datetime: {
    name: 'datetime',
    faults: fits(
      /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)$/,
      'invalid datetime',
    ),
    pattern: 122,
  },
};

const valueOf = (format: Format): FormatValue => new Opaque(FORMAT, format, format.name);

/** Named formats: `format.dns1123Label().validate(…)` (KEP-2876's format library). */
export const FORMATS: Readonly<Record<string, (...args: never[]) => Value>> = {
  ...Object.fromEntries(Object.entries(NAMED).map(([name, format]) => [`format.${name}():${FORMAT}`, () => valueOf(format)])),
  [`format.named(string):optional(${FORMAT})`]: (name: string) => {
    const format = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
    return new Optional(format === undefined ? undefined : valueOf(format));
  },
  [`${FORMAT}.validate(string):optional(list(string))`]: ({ value }: FormatValue, text: string) => {
    if (typeof text !== 'string') throw new CelError('no such overload');
    const faults = value.faults(text);
    return new Optional(faults.length === 0 ? undefined : [...faults]);
  },
};
