/** Command lines that show a command, with a word on each. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [about: string, line: string])[]>> = {
  annotate: [
    ['Say what a pod is', "annotate pods foo description='my frontend'"],
    ['Say it of all pods, and replace what was said', "annotate --overwrite pods --all description='my frontend'"],
    ['Take an annotation away', 'annotate pods foo description-'],
  ],
  'api-resources': [
    ['All resources with more about each', 'api-resources -o wide'],
    ['Only those in namespaces', 'api-resources --namespaced=true'],
    ['Only those of one group', 'api-resources --api-group=rbac.authorization.k8s.io'],
  ],
  'api-versions': [['All group versions', 'api-versions']],
  apply: [
    ['Bring the cluster to what a file says', 'apply -f ./pod.yaml'],
    ['A directory with a kustomization', 'apply -k dir/'],
    ['What comes through the pipe', 'apply -f -'],
    ['Delete what is no longer in the files', 'apply --prune -f manifest.yaml -l app=nginx'],
  ],
  attach: [
    ['See what the first container of a pod prints', 'attach mypod'],
    ['Another container, with the keyboard', 'attach mypod -c ruby-container -i -t'],
  ],
  'auth can-i': [
    ['May I create pods in any namespace?', 'auth can-i create pods --all-namespaces'],
    ['May this service account list deployments?', 'auth can-i list deployments.apps --as=system:serviceaccount:dev:foo -n dev'],
    ['All that I may do here', 'auth can-i --list'],
  ],
  'auth whoami': [['Who am I for the server?', 'auth whoami']],
  'auth reconcile': [['Bring roles and bindings to what a file says', 'auth reconcile -f my-rbac-rules.yaml']],
  autoscale: [['Between two and ten pods, at 80 % of the CPU they ask for', 'autoscale deployment foo --min=2 --max=10 --cpu=80%']],
  'certificate approve': [['Approve a request', 'certificate approve csr-sqgzp']],
  'certificate deny': [['Deny a request', 'certificate deny csr-sqgzp']],
  'cluster-info': [['Where the control plane answers', 'cluster-info']],
  cordon: [['Keep new pods off a node', 'cordon foo']],
  cp: [
    ['A file into a pod', 'cp /tmp/foo some-namespace/some-pod:/tmp/bar'],
    ['A file out of a pod, from a certain container', 'cp some-pod:/tmp/foo /tmp/bar -c my-container'],
  ],
  create: [
    ['What a file says', 'create -f ./pod.yaml'],
    ['What comes through the pipe', 'create -f -'],
  ],
  'create configmap': [
    ['A key for each file of a directory', 'create configmap my-config --from-file=path/to/bar'],
    ['Two values', 'create configmap my-config --from-literal=key1=config1 --from-literal=key2=config2'],
  ],
  'create cronjob': [['Every minute', 'create cronjob my-job --image=busybox --schedule="*/1 * * * *" -- date']],
  'create deployment': [
    ['One container', 'create deployment my-dep --image=nginx'],
    ['Three pods and a port', 'create deployment my-dep --image=nginx --replicas=3 --port=80'],
    ['A command', 'create deployment my-dep --image=busybox -- sleep 1d'],
  ],
  'create ingress': [['One host', 'create ingress simple --rule="foo.com/bar=svc1:8080,tls=my-cert"']],
  'create job': [
    ['One that runs once', 'create job my-job --image=busybox -- date'],
    ['One from a cron job, at once', 'create job test-job --from=cronjob/a-cronjob'],
  ],
  'create namespace': [['A namespace', 'create namespace my-namespace']],
  'create role': [['Read pods', 'create role pod-reader --verb=get --verb=list --verb=watch --resource=pods']],
  'create rolebinding': [['Give a user the role admin', 'create rolebinding admin --clusterrole=admin --user=user1 --group=group1']],
  'create secret generic': [
    ['Two values', 'create secret generic my-secret --from-literal=key1=supersecret --from-literal=key2=topsecret'],
  ],
  'create secret tls': [['A certificate and its key', 'create secret tls tls-secret --cert=path/to/tls.crt --key=path/to/tls.key']],
  'create serviceaccount': [['A service account', 'create serviceaccount my-service-account']],
  'create service clusterip': [['A service', 'create service clusterip my-cs --tcp=5678:8080']],
  'create token': [['A token for an hour', 'create token myapp --duration 1h']],
  debug: [
    ['A shell beside a running container', 'debug mypod -it --image=busybox'],
    ['A copy of a pod with another image', 'debug mypod --copy-to=my-debugger --set-image=*=busybox'],
    ['A shell on a node', 'debug node/mynode -it --image=busybox'],
  ],
  delete: [
    ['What a file names', 'delete -f ./pod.yaml'],
    ['By type and name', 'delete pod,service baz foo'],
    ['By label', 'delete pods,services -l name=myLabel'],
    ['At once', 'delete pod foo --now'],
  ],
  describe: [
    ['A node', 'describe nodes kubernetes-node-1'],
    ['What a file names', 'describe -f pod.yaml'],
    ['By label', 'describe pods -l name=myLabel'],
    ['All pods whose names begin so', 'describe pods frontend'],
  ],
  diff: [['What apply would change', 'diff -f pod.yaml']],
  drain: [['Empty a node, though pods would not come back, in 15 minutes at most', 'drain foo --force --grace-period=900']],
  edit: [
    ['A service', 'edit svc/registry'],
    ['The status', 'edit deployment mydeployment --subresource=status'],
  ],
  events: [
    ['Those of this namespace, the latest last', 'events'],
    ['Those of one pod, as they come', 'events --for pod/web-pod-13je7 --watch'],
    ['Warnings only', 'events --types=Warning'],
  ],
  exec: [
    ['A command in the first container', 'exec mypod -- date'],
    ['A shell in another', 'exec mypod -c ruby-container -i -t -- bash -il'],
    ['In the first pod of a deployment', 'exec deploy/mydeployment -- date'],
  ],
  explain: [
    ['A type', 'explain pods'],
    ['All its fields', 'explain pods --recursive'],
    ['One field', 'explain pods.spec.containers'],
  ],
  expose: [
    ['The pods of a deployment on port 80', 'expose deployment nginx --port=80 --target-port=8000'],
    ['One pod', 'expose pod valid-pod --port=444 --name=frontend'],
  ],
  get: [
    ['Pods', 'get pods'],
    ['Pods with more about each', 'get pods -o wide'],
    ['One deployment as YAML', 'get deployment web -o yaml'],
    ['One field', "get -o jsonpath='{.status.phase}' pod web-pod-13je7"],
    ['Own columns', 'get pod test-pod -o custom-columns=CONTAINER:.spec.containers[0].name,IMAGE:.spec.containers[0].image'],
    ['Several types', 'get rc,services'],
  ],
  kustomize: [['Build a directory', 'kustomize /home/config/production']],
  label: [
    ['Set one', 'label pods foo unhealthy=true'],
    ['Replace one', 'label --overwrite pods foo status=unhealthy'],
    ['Take one away', 'label pods foo bar-'],
  ],
  logs: [
    ['A pod of one container', 'logs nginx'],
    ['As they come, of one container', 'logs -f -c ruby web-1'],
    ['Of the container that ran before', 'logs -p -c ruby web-1'],
    ['The last twenty lines', 'logs --tail=20 nginx'],
    ['Of all pods with a label', 'logs -l app=nginx --all-containers=true'],
  ],
  patch: [
    ['Merge', `patch node k8s-node-1 -p '{"spec":{"unschedulable":true}}'`],
    ['JSON patch', `patch pod valid-pod --type='json' -p='[{"op": "replace", "path": "/spec/containers/0/image", "value":"new image"}]'`],
    ['The scale', `patch deployment nginx-deployment --subresource='scale' --type='merge' -p '{"spec":{"replicas":2}}'`],
  ],
  'plugin list': [['What there is on PATH', 'plugin list']],
  'port-forward': [
    ['The same ports here and there', 'port-forward pod/mypod 5000 6000'],
    ['8888 here, 5000 there', 'port-forward pod/mypod 8888:5000'],
    ['To a pod of a deployment', 'port-forward deployment/mydeployment 5000'],
    ['To a named port of a service', 'port-forward service/myservice 8443:https'],
  ],
  proxy: [['The API on a port of this machine', 'proxy --port=8011']],
  replace: [
    ['By a file', 'replace -f ./pod.json'],
    ['Deleted and made anew', 'replace --force -f ./pod.json'],
  ],
  'rollout history': [['All revisions', 'rollout history deployment/abc']],
  'rollout pause': [['Hold changes back', 'rollout pause deployment/nginx']],
  'rollout restart': [['New pods of the same template', 'rollout restart deployment/nginx']],
  'rollout resume': [['Let changes through', 'rollout resume deployment/nginx']],
  'rollout status': [['Wait until it is over', 'rollout status deployment/nginx']],
  'rollout undo': [['Back to the third revision', 'rollout undo daemonset/abc --to-revision=3']],
  run: [
    ['A pod', 'run nginx --image=nginx'],
    ['A shell', 'run -i -t busybox --image=busybox --restart=Never'],
    ['What would be sent', 'run nginx --image=nginx --dry-run=client -o yaml'],
  ],
  scale: [
    ['To three', 'scale --replicas=3 deployment/foo'],
    ['Only when there are two now', 'scale --current-replicas=2 --replicas=3 deployment/mysql'],
  ],
  'set env': [['One variable', 'set env deployment/registry STORAGE_DIR=/local']],
  'set image': [['The image of a container', 'set image deployment/nginx busybox=busybox nginx=nginx:1.9.1']],
  'set resources': [['Limits', 'set resources deployment nginx -c=nginx --limits=cpu=200m,memory=512Mi']],
  taint: [
    ['Keep pods off that do not tolerate it', 'taint nodes foo dedicated=special-user:NoSchedule'],
    ['Take it away', 'taint nodes foo dedicated:NoSchedule-'],
  ],
  'top node': [['All nodes', 'top node']],
  'top pod': [['Pods with their containers', 'top pod --containers']],
  uncordon: [['Let new pods onto a node again', 'uncordon foo']],
  version: [['Of client and server', 'version']],
  wait: [
    ['Until a pod is ready', 'wait --for=condition=Ready pod/busybox1'],
    ['Until it is gone', 'wait --for=delete pod/busybox1 --timeout=60s'],
    ['Until a field says so', "wait --for=jsonpath='{.status.phase}'=Running pod/busybox1"],
  ],
  'config use-context': [['Make it the current one', 'config use-context minikube']],
  'config set-context': [['Another namespace from now on', 'config set-context --current --namespace=dev']],
};

/** The block under `Examples:`, or nothing. `command` is `kubectl get`. */
export function examplesText(command: string): string {
  const examples = EXAMPLES[command.split(' ').slice(1).join(' ')] ?? [];
  if (examples.length === 0) return '';
  return `Examples:\n${examples.map(([about, line]) => `  # ${about}\n  kubectl ${line}\n`).join('  \n')}\n`;
}
