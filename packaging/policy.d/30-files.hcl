# Making, moving and removing files of the work tree. Nothing here can be undone by itself: what git doesn't hold is gone.

rule "make and move files" {
  commands  = ["mkdir", "touch", "cp", "mv", "ln", "tee", "mktemp", "split", "csplit", "patch", "gzip", "gunzip", "bzip2", "xz", "unxz", "zstd", "zip", "unzip", "dos2unix"]
  action    = "allow"
  match     = ["mkdir -p src/a", "touch a.txt", "mv a b", "cp -r src dst", "tee out.txt"]
  not_match = ["rm a", "dd if=a of=b"]
}

rule "archives" {
  commands = ["tar"]
  action   = "allow"
  unless {
    flags_any = ["-P", "--absolute-names", "--overwrite", "--unlink-first", "--recursive-unlink", "--remove-files", "-U", "--to-command", "--checkpoint-action", "-I", "--use-compress-program", "-F", "--info-script", "--new-volume-script", "--rsh-command", "--rmt-command"]
  }
  unless { # an archive on another host, which tar runs rsh to reach
    flags_any = ["-f=*:*", "-f=*@*"]
  }
  unless { # P among bundled letters
    args = ["{-,}[!-]*P*", "**"]
  }
  unless {
    args = ["P*", "**"]
  }
  match     = ["tar tzf a.tgz", "tar xzf a.tgz", "tar -czf out.tgz src"]
  not_match = ["tar xf host:a.tar", "tar xPf a.tar", "tar -xPf a.tar", "tar cf x --remove-files src", "tar cf /dev/null x --checkpoint=1 --checkpoint-action=exec=id"]
}

rule "remove files" {
  commands  = ["rm", "rmdir", "unlink"]
  action    = "allow"
  match     = ["rm a.txt", "rm -f a b", "rmdir old"]
  not_match = ["shred a"]
}

rule "remove trees" {
  commands  = ["rm"]
  flags_any = ["-r"]
  unless {
    paths = local.outputs
  }
  action    = "ask"
  reason    = "Removes whole directories for good. Build outputs (node_modules, dist, build, target, …) and directories below /tmp may go without asking; remove other files by name, or with git rm, which can be undone."
  match     = ["rm -rf src", "rm -fr .", "rm --recu x", "rm -rf build ../src", "rm -r -- x"]
  not_match = ["rm -f x", "rm -rf node_modules", "rm -rf build dist/js", "rm -rf /tmp/work"]
}

rule "remove everything" {
  commands    = ["rm"]
  flags_any   = ["-r", "--no-preserve-root"]
  targets_any = concat(["/", "/{home,root,srv,mnt,media,tmp,var,data,Users}", "~", "/home/*"], local.system)
  action      = "deny"
  grantable   = false
  reason      = "This would remove a whole home or system directory. Name the files of your own work that should go."
  match       = ["rm -rf /", "rm -rf ~", "rm -r $HOME", "rm -rf /home/dev", "rm -rf --no-preserve-root /", "sudo rm -rf /etc", "bash -c 'cd x && rm -rf ~/'", "cd / && rm -rf ./home"]
  not_match   = ["rm -rf build", "rm -rf /home/dev/project/src", "rm -rf /tmp/x"]
}

rule "modes" {
  commands = ["chmod"]
  action   = "allow"
  unless {
    operands = ["{[0-7]*[2367],*[oa]*w*,+*w*,[2467][0-7][0-7][0-7],*s*,*+t*}", "**"]
  }
  unless {
    flags_any = ["-R"]
  }
  match     = ["chmod +x run.sh", "chmod 644 a.txt", "chmod u+w a"]
  not_match = ["chmod 777 a", "chmod -R 755 .", "chmod u+s a", "chmod 4755 a", "chmod a+w x", "chmod 666 f"]
}

rule "open modes" {
  commands = ["chmod", "chown", "chgrp", "setfacl", "setfattr"]
  unless {
    operands   = ["{[0-7][0-7][0145],0[0-7][0-7][0145],{,u,g,ug,a,go}+{x,r,rx,X},u+{w,rw,rwx,wx},u=rw*,{g,o,go,a}-{r,w,x,rw,rwx,wx}}", "**"]
    flags_only = ["-v", "-c", "-f"]
  }
  action    = "ask"
  reason    = "Changes who may read, write or own files. Set the mode of one file, without opening it to everyone: chmod u+x FILE."
  match     = ["chmod 777 x", "chmod -R 755 .", "chown root x", "chmod u+s x"]
  not_match = ["chmod +x x", "chmod 644 x y"]
}

rule "system files" {
  commands = [
    "rm", "rmdir", "unlink", "mv", "cp", "ln", "mkdir", "touch", "tee", "truncate", "chmod", "chown", "chgrp", "dd", "shred", "rsync", "tar", "unzip", "split", "patch", "gzip", "setfacl", "chattr", "sponge", "curl", "wget",
  ]
  targets_any = local.system
  action      = "deny"
  reason      = "This touches the operating system's own files. Work in your project; say what the system needs, and a person will do it."
  match       = ["rm /etc/passwd", "cp evil /etc/cron.d/x", "ln -sf /bin/sh /usr/bin/x", "mv x /usr/local/bin/git", "tee /etc/hosts"]
  not_match   = ["rm a", "cat /etc/hosts", "cp a b"]
}

rule "system files in place" {
  commands = ["sed", "perl", "ruby", "ed", "ex", "vi", "vim", "nano"]
  when {
    flags_any   = ["-i", "--in-place", "-s", "-c"]
    targets_any = local.system
  }
  action    = "deny"
  reason    = "This changes the operating system's own files. Say what the system needs, and a person will do it."
  match     = ["sed -i s/a/b/ /etc/hosts"]
  not_match = ["sed -n 1p /etc/hosts", "sed -i s/a/b/ x"]
}

rule "redirect into the system" {
  commands      = ["*"]
  redirects_any = concat(local.system, local.clawrden, ["/dev/{tcp,udp}/**"])
  action        = "deny"
  reason        = "This writes to the operating system's own files or devices. Write into your project."
  match         = ["echo x > /etc/cron.d/x", "echo x >& /etc/profile", "cat a >> /usr/bin/x", ": > /var/log/auth.log"]
  not_match     = ["echo x > out.txt", "make 2>&1 >/dev/null", "cat < /etc/hosts"]
}

rule "startup files" {
  commands      = ["*"]
  redirects_any = local.startup
  action        = "ask"
  reason        = "What is written there runs later, by itself. Say what you want to set up, or put it into a script of the project."
  match         = ["echo x >> ~/.bashrc", "cat a > .git/hooks/pre-commit"]
  not_match     = ["cat ~/.bashrc", "echo x > a"]
}

rule "startup files by tools" {
  commands = [
    "rm", "unlink", "mv", "cp", "ln", "touch", "tee", "truncate", "chmod", "dd", "rsync", "tar", "unzip", "patch", "mkdir", "sponge", "curl", "wget",
    "split", "csplit", "time", "dos2unix", "go", "gcc", "g++", "cc", "c++", "rustc", "pandoc", "dot", "convert", "magick", "cmake",
  ]
  targets_any = local.startup
  action      = "ask"
  reason      = "What is put there runs later, by itself. Say what you want to set up, or put it into a script of the project."
  match       = ["cp a .git/hooks/pre-commit", "tee -a ~/.bashrc", "ln -s x ~/.config/systemd/user/x.service"]
  not_match   = ["cp a b", "cat .git/config"]
}

rule "startup files by git" {
  commands    = ["git"]
  subcommands = ["clone", "init", "worktree add", "bundle", "format-patch"]
  targets_any = local.startup
  action      = "ask"
  reason      = "What is put there runs later, by itself. Say what you want to set up, or put it into the project."
  match       = ["git clone https://host/x ~/.config/nvim", "git worktree add ~/.vim/pack main", "git bundle create ~/.bashrc HEAD"]
  not_match   = ["git clone https://host/x", "git worktree add ../x", "git log -- .husky/pre-commit"]
}

rule "unpack into a home" {
  commands    = ["unzip", "patch"]
  targets_any = ["/", "/home", "/home/*", "/root", "~"]
  action      = "ask"
  reason      = "What is unpacked there may run later, by itself. Unpack into a directory of the project."
  match       = ["unzip x.zip -d ~", "patch -d ~ -p1"]
  not_match   = ["unzip x.zip -d out", "patch -p1"]
}

rule "edit startup files in place" {
  commands = ["sed", "perl", "ed", "ex", "vim"]
  when {
    flags_any   = ["-i", "--in-place", "-s", "-c"]
    targets_any = local.startup
  }
  action = "ask"
  reason = "What stands there runs later, by itself. Say what you want to set up."
  match  = ["sed -i s/a/b/ ~/.bashrc"]
}

rule "sockets by redirection" {
  commands    = ["*"]
  targets_any = ["/dev/{tcp,udp}/**"]
  action      = "deny"
  reason      = "Opens a raw connection. Use curl against a local server, or say what you want to reach."
  match       = ["cat < /dev/tcp/host/80", "exec 3<>/dev/udp/host/53"]
  not_match   = ["cat < a"]
}

rule "the repository itself" {
  commands    = ["mv", "rm", "cp", "ln"]
  targets_any = ["**/.git", "**/.git/{objects,refs,HEAD,index,packed-refs}/**"]
  action      = "ask"
  reason      = "This moves or replaces the repository's own data. Use git."
  match       = ["mv .git /tmp/x", "cp x .git/HEAD"]
  not_match   = ["mv a b", "cp .gitignore x"]
}
