/**
 * What names, labels, keys and ports must look like. Every function returns the server's sentences for what is wrong
 * (empty: nothing), as apimachinery's `validation` package words them.
 */

const dns1123LabelFmt = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dns1123SubdomainFmt = `${dns1123LabelFmt}(\\.${dns1123LabelFmt})*`;
const dns1123LabelUnderscoreFmt = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const dns1123SubdomainUnderscoreFmt = `${dns1123LabelUnderscoreFmt}(\\.${dns1123LabelUnderscoreFmt})*`;
const dns1035LabelFmt = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedNameFmt = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValueFmt = `(${qualifiedNameFmt})?`;
const configMapKeyFmt = '[-._a-zA-Z0-9]+';
const wildcardDNS1123SubdomainFmt = `\\*\\.${dns1123SubdomainFmt}`;
const httpHeaderNameFmt = '[-A-Za-z0-9]+';

const whole = (fmt: string): RegExp => new RegExp(`^(?:${fmt})$`);
const DNS1123_LABEL = whole(dns1123LabelFmt);
const DNS1123_SUBDOMAIN = whole(dns1123SubdomainFmt);
const DNS1123_SUBDOMAIN_UNDERSCORE = whole(dns1123SubdomainUnderscoreFmt);
const DNS1035_LABEL = whole(dns1035LabelFmt);
const QUALIFIED_NAME = whole(qualifiedNameFmt);
const LABEL_VALUE = whole(labelValueFmt);
const CONFIG_MAP_KEY = whole(configMapKeyFmt);
const WILDCARD_SUBDOMAIN = whole(wildcardDNS1123SubdomainFmt);
const HTTP_HEADER_NAME = whole(httpHeaderNameFmt);

export const DNS1123_LABEL_MESSAGE = regexMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  dns1123LabelFmt,
  'my-name',
  '123-abc',
);
const DNS1123_SUBDOMAIN_MESSAGE = regexMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  dns1123SubdomainFmt,
  'example.com',
);
const DNS1035_LABEL_MESSAGE = regexMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  dns1035LabelFmt,
  'my-name',
  'abc-123',
);
const QUALIFIED_NAME_MESSAGE = regexMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualifiedNameFmt,
  'MyName',
  'my.name',
  '123-abc',
);

/** Names count characters in this sentence, the parts of labels bytes; the server counts bytes both times. */
function maxLengthMessage(maximum: number, unit: 'bytes' | 'characters' = 'characters'): string {
  return `must be no more than ${maximum} ${unit}`;
}

export function regexMessage(message: string, fmt: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${fmt}')`;
  // The server's own comma before "or" is kept.
  return `${message} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${fmt}')`;
}

/** Length in UTF-8 bytes, as Go's `len`. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

export function isDNS1123Label(value: string): string[] {
  const problems: string[] = [];
  if (byteLength(value) > 63) problems.push(maxLengthMessage(63));
  if (!DNS1123_LABEL.test(value)) problems.push(DNS1123_SUBDOMAIN.test(value) ? 'must not contain dots' : DNS1123_LABEL_MESSAGE);
  return problems;
}

export function isDNS1123Subdomain(value: string, unit: 'bytes' | 'characters' = 'characters'): string[] {
  const problems: string[] = [];
  if (byteLength(value) > 253) problems.push(maxLengthMessage(253, unit));
  if (!DNS1123_SUBDOMAIN.test(value)) problems.push(DNS1123_SUBDOMAIN_MESSAGE);
  return problems;
}

/** Search domains may hold underscores. */
export function isDNS1123SubdomainWithUnderscore(value: string): string[] {
  const problems: string[] = [];
  if (byteLength(value) > 253) problems.push(maxLengthMessage(253));
  if (!DNS1123_SUBDOMAIN_UNDERSCORE.test(value)) {
    problems.push(
      regexMessage(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
        dns1123SubdomainUnderscoreFmt,
        'example.com',
      ),
    );
  }
  return problems;
}

export function isWildcardDNS1123Subdomain(value: string): string[] {
  const problems: string[] = [];
  if (byteLength(value) > 253) problems.push(maxLengthMessage(253));
  if (!WILDCARD_SUBDOMAIN.test(value)) {
    problems.push(
      regexMessage(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        wildcardDNS1123SubdomainFmt,
        '*.example.com',
      ),
    );
  }
  return problems;
}

export function isDNS1035Label(value: string): string[] {
  const problems: string[] = [];
  if (byteLength(value) > 63) problems.push(maxLengthMessage(63));
  if (!DNS1035_LABEL.test(value)) problems.push(DNS1035_LABEL_MESSAGE);
  return problems;
}

/** What may stand between the slashes of a URL. */
export function isPathSegmentName(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((illegal) => value.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

/** A label key: `name` or `prefix/name`. */
export function isQualifiedName(value: string): string[] {
  const problems: string[] = [];
  const parts = value.split('/');
  let name = parts[0] ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    name = parts[1] ?? '';
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...isDNS1123Subdomain(prefix, 'bytes').map((problem) => `prefix part ${problem}`));
  } else if (parts.length > 2) {
    return [`a valid label key ${QUALIFIED_NAME_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (byteLength(name) > 63) problems.push(`name part ${maxLengthMessage(63, 'bytes')}`);
  if (!QUALIFIED_NAME.test(name)) problems.push(`name part ${QUALIFIED_NAME_MESSAGE}`);
  return problems;
}

export function isLabelValue(value: string): string[] {
  const problems: string[] = [];
  if (byteLength(value) > 63) problems.push(maxLengthMessage(63, 'bytes'));
  if (!LABEL_VALUE.test(value)) {
    problems.push(
      regexMessage(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        labelValueFmt,
        'MyValue',
        'my_value',
        '12345',
      ),
    );
  }
  return problems;
}

/** A key of a ConfigMap or Secret. */
export function isConfigMapKey(value: string): string[] {
  const problems: string[] = [];
  if (byteLength(value) > 253) problems.push(maxLengthMessage(253));
  if (!CONFIG_MAP_KEY.test(value)) {
    problems.push(
      regexMessage(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configMapKeyFmt,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  problems.push(...pathLike(value));
  return problems;
}

/** Any printable ASCII but `=` names an environment variable. */
export function isRelaxedEnvVarName(value: string): string[] {
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export function isHTTPHeaderName(value: string): string[] {
  if (HTTP_HEADER_NAME.test(value)) return [];
  return [regexMessage("a valid HTTP header must consist of alphanumeric characters or '-'", httpHeaderNameFmt, 'X-Header-Name')];
}

export function isPortNumber(port: number): string[] {
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** An IANA service name, as ports of containers have. */
export function isPortName(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(value)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value !== '' && (value.startsWith('-') || value.endsWith('-'))) problems.push('must not begin or end with a hyphen');
  return problems;
}

function pathLike(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  if (value.startsWith('..')) return ["must not start with '..'"];
  return [];
}
