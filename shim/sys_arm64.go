package shim

const sysExecveat = 281
