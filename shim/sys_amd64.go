package shim

const sysExecveat = 322
