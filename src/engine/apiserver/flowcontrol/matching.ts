import type {
  FlowSchema,
  FlowcontrolSubject,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
} from '../../api/generated/types.ts';
import { parseServiceAccount, type UserInfo } from '../authn/user.ts';
import type { RequestInfo } from '../route.ts';

/** Does a schema speak of this request? One of its rules must fit both who asks and what for (pkg/util/flowcontrol/rule.go). */
export function matchesFlowSchema(info: RequestInfo, user: UserInfo, { spec }: FlowSchema): boolean {
  return (spec?.rules ?? []).some((rule) => matchesRule(info, user, rule));
}

function matchesRule(info: RequestInfo, user: UserInfo, { subjects, resourceRules, nonResourceRules }: PolicyRulesWithSubjects): boolean {
  if (!(subjects ?? []).some((subject) => matchesSubject(user, subject))) return false;
  return info.isResource
    ? (resourceRules ?? []).some((rule) => matchesResource(info, rule))
    : (nonResourceRules ?? []).some((rule) => matchesPath(info, rule));
}

function matchesSubject(user: UserInfo, { kind, user: named, group, serviceAccount }: FlowcontrolSubject): boolean {
  switch (kind) {
    case 'User':
      return named !== undefined && (named.name === '*' || named.name === user.name);
    case 'Group':
      return group !== undefined && (group.name === '*' || user.groups.includes(group.name));
    case 'ServiceAccount': {
      if (serviceAccount === undefined) return false;
      const account = parseServiceAccount(user.name);
      if (account?.namespace !== serviceAccount.namespace) return false;
      return serviceAccount.name === '*' || serviceAccount.name === account.name;
    }
    default:
      return false;
  }
}

function matchesResource(info: RequestInfo, { verbs, apiGroups, resources, namespaces, clusterScope }: ResourcePolicyRule): boolean {
  if (!lists(verbs, info.verb)) return false;
  if (!lists(resources, info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`)) return false;
  if (!lists(apiGroups, info.group)) return false;
  return info.namespace === '' ? clusterScope === true : lists(namespaces, info.namespace);
}

function matchesPath({ verb, path }: RequestInfo, { verbs, nonResourceURLs }: NonResourcePolicyRule): boolean {
  if (!lists(verbs, verb)) return false;
  return nonResourceURLs.some((url) => {
    if (url === '*' || url === path) return true;
    const prefix = url.replace(/\*$/, '');
    // `/healthz` speaks of `/healthz/etcd` too, not of `/healthzx`.
    return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  });
}

/** `*` stands for everything, and then alone: validation sees to that. */
function lists(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && ((list.length === 1 && list[0] === '*') || list.includes(value));
}
