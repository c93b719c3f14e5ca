export { goLog, klog } from '../../../os/go-log.ts';
