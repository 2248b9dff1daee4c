# What no agent does by itself: raise privileges, change the machine, set up what runs later, hide what happened.

rule "privileges" {
  commands  = ["sudo", "su", "doas", "pkexec", "run0", "runuser", "setpriv", "sudoedit", "visudo", "chroot", "nsenter", "unshare", "capsh", "newgrp", "sg", "machinectl", "systemd-run", "systemd-nspawn", "firejail", "gosu", "su-exec", "newuidmap", "newgidmap", "polkit-agent-helper-1", "dbus-send", "busctl", "gdbus"]
  action    = "deny"
  reason    = "Agents don't get root, nor another user's rights. Say what you need, and a person will do it."
  match     = ["sudo -n true", "su -c id", "sudo -u root rm -rf /", "env sudo ls", "echo x | sudo tee /etc/hosts", "bash -lc 'cd x && sudo make install'", "doas id"]
  not_match = ["sed s/a/b/", "subl x", "git commit -m 'use sudo'"]
}

rule "disks and kernel" {
  commands = [
    "mkfs", "mkfs.*", "mke2fs", "fdisk", "cfdisk", "sfdisk", "gdisk", "sgdisk", "parted", "wipefs", "blkdiscard", "hdparm", "nvme", "cryptsetup", "lvremove", "vgremove", "pvremove", "lvreduce", "mdadm", "zpool", "zfs", "btrfs", "tune2fs", "resize2fs", "e2fsck", "fsck", "fsck.*",
    "swapoff", "swapon", "mkswap", "mount", "umount", "losetup", "modprobe", "insmod", "rmmod", "sysctl", "kexec", "shutdown", "reboot", "halt", "poweroff", "telinit", "efibootmgr", "grub-install", "update-grub", "flashrom", "setcap", "chattr", "debugfs", "iptables", "ip6tables", "nft", "ufw", "firewall-cmd", "ip", "ifconfig", "route", "bpftool",
  ]
  unless { args = ["{mount,umount,ip,sysctl,-h,--help,--version,-V}"] }
  unless {
    args = ["{a,addr,route,link,r,address,neigh}", "{show,list,get}", "**"]
  }
  unless { args = ["{a,addr,route,link,r,address,neigh,-br,-4}"] }
  action    = "deny"
  reason    = "Changes disks, the kernel, the network or the machine itself. Say what you need, and a person will do it."
  match     = ["mkfs.ext4 /dev/sda1", "wipefs -a /dev/sda", "shutdown -h now", "sysctl -w kernel.x=1", "iptables -F", "modprobe x", "mount --bind / x"]
  not_match = ["ip addr", "df -h"]
}

rule "overwrite" {
  commands = ["dd", "shred", "truncate", "wipe", "srm", "fallocate", "scrub"]
  action   = "ask"
  reason   = "Overwrites what can't be brought back. Write to a new file instead."
  match    = ["dd if=/dev/zero of=disk.img", "shred -u a", "truncate -s 0 a"]
}

rule "overwrite devices" {
  commands     = ["dd", "shred", "cat", "cp", "tee", "pv"]
  operands_any = ["of=/dev/*", "of=/etc/*", "of=/boot*", "/dev/{sd,hd,vd,xvd,nvme,mmcblk,mapper,disk}*"]
  action       = "deny"
  grantable    = false
  reason       = "Overwrites or copies a whole disk."
  match        = ["dd if=/dev/zero of=/dev/sda", "shred /dev/nvme0n1", "dd if=x of=/etc/passwd"]
  not_match    = ["dd if=a of=b"]
}

rule "users" {
  commands = ["useradd", "adduser", "usermod", "userdel", "deluser", "groupadd", "addgroup", "groupmod", "groupdel", "passwd", "chpasswd", "chsh", "chfn", "chage", "gpasswd", "vipw", "vigr", "pwconv", "faillock"]
  action   = "deny"
  reason   = "Changes who may log in. A person does that."
  match    = ["useradd -ou0 x", "passwd root", "chsh -s /bin/x", "usermod -aG docker dev"]
}

rule "what runs later" {
  commands = ["crontab", "at", "batch", "atd", "anacron", "fcrontab", "update-rc.d", "chkconfig", "rc-update", "systemd-escape", "loginctl", "launchctl", "incron", "incrontab", "inotifyd"]
  unless { args = ["{-l,-V,--version}"] }
  action    = "deny"
  reason    = "Sets up what runs later, out of sight. Say what should run and when, and a person will set it up."
  match     = ["crontab -", "crontab x", "at now", "crontab -r"]
  not_match = ["crontab -l", "cat x"]
}

rule "services" {
  commands = ["systemctl", "service", "supervisorctl", "initctl", "rc-service", "snap", "flatpak"]
  unless { subcommands = ["status", "show", "cat", "is-active", "is-enabled", "is-failed", "list-units", "list-timers", "list-sockets", "list-unit-files", "list-dependencies", "list-jobs", "get-default", "list", "info", "find", "search"] }
  unless { args = ["{--failed,--version,--all,-a}"] }
  unless { args = ["*", "status"] }
  action    = "ask"
  reason    = "Starts, stops or changes services of the machine. Say which one and why; `systemctl status` is free."
  match     = ["systemctl stop nginx", "systemctl --user enable x", "service ssh restart", "systemctl daemon-reload"]
  not_match = ["systemctl status nginx", "service nginx status"]
}

rule "system packages" {
  commands = ["apt", "apt-get", "aptitude", "dpkg", "yum", "dnf", "rpm", "zypper", "pacman", "apk", "emerge", "brew", "nix-env", "nix", "gem", "cpan", "cpanm", "luarocks", "rustup", "update-alternatives", "ldconfig", "alternatives"]
  unless { args = ["{list,show,search,info,policy,--version,-l,-L,-s,-S,-q,-qa,-qi,-ql,-Q,-Qi,-Ss,--list,--listfiles,toolchain,deps,outdated,config,eval,madison,depends,which,doctor}", "**"] }
  action    = "ask"
  reason    = "Changes what is installed on the machine. Use the project's own dependencies, or say what is missing."
  match     = ["apt-get install -y x", "dpkg -i x.deb", "brew install x", "apk add x"]
  not_match = ["apt list --installed", "dpkg -l", "apt-cache policy x", "rpm -qa"]
}

rule "kill" {
  commands = ["kill", "pkill", "killall", "skill", "fuser", "xkill"]
  action   = "ask"
  reason   = "Ends processes, perhaps not your own. Stop what you started by its own means, such as the job's number."
  unless { args = ["-l"] }
  unless {
    operands_all = ["%[0-9]*"]
    flags_only   = ["-TERM", "-INT"]
  }
  match     = ["kill -9 1", "pkill node", "killall -9 sshd"]
  not_match = ["kill %1"]
}

rule "kill everything" {
  commands = ["kill", "pkill", "killall", "killall5"]
  args     = ["**"]
  when {
    operands_any = ["-1", "1", "systemd", "sshd", "clawrdend", "clawrden*", "auditd", "rsyslogd", "systemd-journald", "dockerd", "init"]
  }
  action    = "deny"
  reason    = "Ends what the machine or its watch needs."
  match     = ["kill -9 1", "pkill clawrdend", "killall sshd"]
  not_match = ["kill 4711", "pkill node"]
}

rule "watching and debugging others" {
  commands = ["strace", "ltrace", "gdb", "lldb", "perf", "bpftrace", "ptrace", "reptyr", "gcore", "criu", "xdotool", "xclip", "xsel", "wl-paste", "wl-copy", "pbpaste", "scrot", "screencapture", "keyctl", "auditctl", "ausearch", "logger", "logrotate", "wall", "sendmail", "mutt", "msmtp", "ssh-add", "ssh-agent", "ssh-keygen", "gpg", "gpg2", "openssl", "age", "age-keygen", "certbot"]
  action   = "ask"
  reason   = "Looks into other processes, the screen or keys, or sends messages. Say what you want to find out."
  unless { args = ["{--version,-V,version,--help}"] }
  match = ["gdb -p 1", "strace -p 1 -o x", "ssh-keygen -f x", "gpg --export-secret-keys"]
}

rule "what is installed" {
  commands  = ["apt", "apt-cache", "dpkg", "dpkg-query", "rpm", "yum", "dnf", "pacman", "apk", "brew", "rustup", "gem", "snap", "flatpak"]
  args      = ["{list,show,search,info,policy,-l,-L,-s,-S,-q,-qa,-qi,-ql,-Q,-Qi,-Ss,--list,--listfiles,deps,outdated,depends,doctor}", "**"]
  action    = "allow"
  match     = ["apt list --installed", "dpkg -l", "rustup show", "rpm -qa"]
  not_match = ["apt install x", "dpkg -i x"]
}

rule "kill all of mine" {
  commands  = ["kill"]
  args      = ["-[0-9A-Zs]*", "-1"]
  action    = "deny"
  reason    = "Ends every process of the user."
  match     = ["kill -9 -1"]
  not_match = ["kill -1 4711"]
}

rule "history" {
  commands  = ["history", "fc"]
  args      = ["-*", "**"]
  action    = "ask"
  reason    = "Changes the shell's record of what was run."
  match     = ["history -c"]
  not_match = ["echo -c"]
}

rule "stop one's own jobs" {
  commands     = ["kill"]
  operands_all = ["%[0-9]*"]
  action       = "allow"
  match        = ["kill %1"]
  not_match    = ["kill 1", "kill -9 4711"]
}

rule "history, off" {
  commands  = ["set", "unset"]
  args      = ["{+o,HISTFILE,HISTSIZE,HISTFILESIZE,PROMPT_COMMAND}", "**"]
  action    = "ask"
  reason    = "Keeps the shell from recording what is run."
  match     = ["unset HISTFILE; true", "set +o history; true"]
  not_match = ["set -e; true"]
}
