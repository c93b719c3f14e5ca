/** Of the one Linux under everything that runs on a machine: what `uname -r` prints, on the node and in each container. */
export const KERNEL_VERSION = '6.12.48+deb13-amd64';
