/** Groups whose kinds kubectl knows, and so patches strategically. */
const BUILT_IN =
  /^$|^(apps|batch|autoscaling|policy|extensions)$|^(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|internal\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration)\.k8s\.io$/;

export function isBuiltIn(group: string): boolean {
  return BUILT_IN.test(group);
}
