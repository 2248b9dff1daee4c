# What a well-behaved program needs, and nothing that changes the machine or looks into other programs.
profile "default" {
  extends     = "none"
  description = "Reads what its user may, writes the working directory and temporary files, has the network; no privileged or exotic system calls."
  syscalls {
    default = "deny"
    allow = [
      "@system-service",
      "@pkey",
      # A program may shut itself in further.
      "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "seccomp",
      # Harmless, and newer than the groups or in none.
      "cachestat", "fchmodat2", "futex_requeue", "futex_wait", "futex_wake", "getxattrat", "listxattrat", "map_shadow_stack", "mincore", "mseal", "process_mrelease",
      "removexattrat", "set_mempolicy_home_node", "setxattrat",
    ]
    deny = [
      # Looking into other processes.
      "kcmp", "process_madvise", "process_vm_readv", "process_vm_writev",
      # Large or little used parts of the kernel, where its faults have been. io_uring goes round every filter of system calls.
      "@keyring", "io_uring_enter", "io_uring_register", "io_uring_setup", "userfaultfd", "vmsplice",
      # Namespaces of its own, in which a program has privileges. The flags of clone3 lie in memory, so it answers as if it weren't
      # there, and the C library uses clone.
      "clone3", "setns", "unshare",
      "clone: arg0 & CLONE_NEWNS|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET|CLONE_NEWIPC|CLONE_NEWUTS|CLONE_NEWCGROUP != 0",
      # Typing into the terminal of whoever reads the output.
      "ioctl: arg1 == TIOCSTI", "ioctl: arg1 == TIOCLINUX", "ioctl: arg1 == TIOCCONS", "ioctl: arg1 == TIOCSETD",
      # Files that run with the rights of this user, made for another. The mode of openat2 lies in memory, so it answers as if it weren't there.
      "openat2",
      "chmod: arg1 & S_ISUID|S_ISGID != 0", "fchmod: arg1 & S_ISUID|S_ISGID != 0", "fchmodat: arg2 & S_ISUID|S_ISGID != 0", "fchmodat2: arg2 & S_ISUID|S_ISGID != 0",
      "creat: arg1 & S_ISUID|S_ISGID != 0", "mknod: arg1 & S_ISUID|S_ISGID != 0", "mknodat: arg2 & S_ISUID|S_ISGID != 0",
      "open: arg1 & O_CREAT|O_TMPFILE != 0 && arg2 & S_ISUID|S_ISGID != 0", "openat: arg2 & O_CREAT|O_TMPFILE != 0 && arg3 & S_ISUID|S_ISGID != 0",
      # Other personalities than this machine's own switch protections off. 0xffffffff asks which one is in force.
      "personality: arg0 != 0 && arg0 != PER_LINUX32 && arg0 != 0xffffffff",
    ]
  }
  filesystem {
    read_only = ["/"]
    read_write = [
      "cwd", "/tmp", "/var/tmp", "/dev/shm",
      "/dev/full", "/dev/null", "/dev/ptmx", "/dev/pts", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero",
    ]
  }
  network {
    mode = "full"
  }
}
